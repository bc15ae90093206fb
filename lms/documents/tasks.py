"""Background work: building the fonts."""

from lms.core.tasks import task
from lms.documents import fonts


@task
def build_fonts() -> None:
    """Make the subset fonts, unless they are there. Until then the full ones are used."""
    fonts.build_fonts(fonts.fonts_dir())
