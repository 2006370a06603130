"""Pictures whose objects all have a name of their own."""

from factory.web.picture import Picture
from tests.web.synthetic_pictures import synthetic_picture

NAMES = (
    "chair table cup person dog car lamp sofa bed desk sink box plant bag books shoes door bin fan clock heater "
    "basket stool shelf rug stairs curtains guitar kettle ladder"
)


def room(seed: int, objects: int = 12) -> Picture:
    """Up to `objects` things; those whose label comes twice have boxes."""
    return synthetic_picture(seed, objects, tuple(NAMES.split()))
