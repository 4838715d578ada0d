/* GCJ-02 and BD-09 in the browser: geo/datums.py says what it is, and the tests hold both together. */
(function (gezhi) {
  "use strict";

  /** West, south, east and north of the box in which GCJ-02 differs from WGS-84. */
  const CHINA = [72.004, 0.8293, 137.8347, 55.8271];
  /** Krasovsky's ellipsoid of 1940. */
  const SEMI_MAJOR_M = 6378245.0;
  const ECCENTRICITY_SQUARED = 0.006693421622965943;
  const STEPS = 6;
  const BD09_TURN = (Math.PI * 3000) / 180;

  const { sin, cos, sqrt, abs, PI } = Math;

  function isWithin(lon, lat) {
    const [west, south, east, north] = CHINA;
    return lon >= west && lon <= east && lat >= south && lat <= north;
  }

  /** How far east and north, in degrees, GCJ-02 lies of a WGS-84 point. */
  function shift(lon, lat) {
    const x = lon - 105;
    const y = lat - 35;
    const short = 20 * sin(6 * x * PI) + 20 * sin(2 * x * PI);
    const longX = 20 * sin(x * PI) + 40 * sin((x * PI) / 3) + 150 * sin((x * PI) / 12) + 300 * sin((x * PI) / 30);
    const longY = 20 * sin(y * PI) + 40 * sin((y * PI) / 3) + 160 * sin((y * PI) / 12) + 320 * sin((y * PI) / 30);
    const root = sqrt(abs(x));
    const eastM = 300 + x + 2 * y + 0.1 * x * (x + y) + 0.1 * root + ((short + longX) * 2) / 3;
    const northM = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ((short + longY) * 2) / 3;
    const phi = (lat * PI) / 180;
    const flattened = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2;
    const primeVerticalM = SEMI_MAJOR_M / sqrt(flattened);
    const meridianM = (primeVerticalM * (1 - ECCENTRICITY_SQUARED)) / flattened;
    return [((eastM / (primeVerticalM * cos(phi))) * 180) / PI, ((northM / meridianM) * 180) / PI];
  }

  /** [longitude, latitude] in GCJ-02 of a WGS-84 point. */
  function toGcj02(lon, lat) {
    if (!isWithin(lon, lat)) return [lon, lat];
    const [east, north] = shift(lon, lat);
    return [lon + east, lat + north];
  }

  /** [longitude, latitude] in WGS-84 of a GCJ-02 point: each step gains two digits. */
  function fromGcj02(lon, lat) {
    let guess = [lon, lat];
    for (let i = 0; i < STEPS; i++) {
      const [east, north] = shift(...guess);
      guess = [lon - east, lat - north];
    }
    return isWithin(...guess) ? guess : [lon, lat];
  }

  /** [longitude, latitude] in BD-09 of a WGS-84 point: GCJ-02, turned and stretched once more. */
  function toBd09(lon, lat) {
    if (!isWithin(lon, lat)) return [lon, lat];
    const [x, y] = toGcj02(lon, lat);
    const radius = sqrt(x * x + y * y) + 0.00002 * sin(y * BD09_TURN);
    const angle = Math.atan2(y, x) + 0.000003 * cos(x * BD09_TURN);
    return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006];
  }

  gezhi.datums = { toGcj02, fromGcj02, toBd09 };
})((window.gezhi = window.gezhi || {}));
