"""What the layers have in common: each is one short call to the scripts that the map already has."""

from typing import Any, ClassVar

from branca.element import MacroElement
from folium.template import Template


class ScriptLayer(MacroElement):
    """A layer that a script in `assets/js` draws; add it to a map or to a feature group.

    The call carries options only. The script keeps the canvas per map and takes up new options in place, so
    a feature group that is sent again changes the picture without a flicker. What is no longer sent is
    taken off the map.
    """

    #: The part of the map that the scripts draw; at most one of each kind on a map.
    part: ClassVar[str]

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gezhi.layer({{ this.part|tojson }}, {{ this.options|tojson }})
                .addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium is not typed throughout
        self._name = type(self).__name__
        self.options = {name: value for name, value in options.items() if value is not None}
