/* Photos: taken with the phone's camera, made small before they travel. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const LONGEST_PX = 1600;
  const QUALITY = 0.82;

  /** Open the camera (or the gallery, where a phone has none); a promise of a file, null if nobody took one.

      The picker may stay open for minutes; nothing else waits for it. */
  field.takePhoto = function () {
    return new Promise((resolve) => {
      const input = field.h("input", { type: "file", accept: "image/*", capture: "environment", class: "gf-file" });
      const end = (file) => {
        input.remove();
        resolve(file);
      };
      input.addEventListener("change", () => end(input.files[0] || null));
      input.addEventListener("cancel", () => end(null));
      document.body.append(input); // some phones forget an input that is not in the page
      input.click();
    });
  };

  /** Make a picture small: a JPEG of at most 1600 px, upright, without the camera's notes.

      Throws where the browser cannot read the file. */
  field.shrink = async function (file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    try {
      const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
      if (!blob) throw new Error("the picture could not be written");
      return blob;
    } finally {
      bitmap.close();
    }
  };

  /** The bytes of a photo as base64 text. */
  field.base64 = async function (blob) {
    const address = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
    return address.slice(address.indexOf(",") + 1);
  };
})((window.gezhi = window.gezhi || {}));
