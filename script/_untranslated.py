"""Lists the messages of one catalogue without a translation; status 1 if there is one."""

import sys
from pathlib import Path

from babel.messages.pofile import read_po


def untranslated(path: Path) -> list[str]:
    """The source texts in the catalogue that have no translation, in its order."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    missing = []
    for message in catalogue:
        # A message with a plural has several texts.
        texts = [message.string] if isinstance(message.string, str) else message.string or [""]
        if message.id and (message.fuzzy or not all(texts)):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def main() -> None:
    """Print them."""
    locale, path = sys.argv[1:]
    missing = untranslated(Path(path))
    for text in missing:
        print(f"untranslated: {text}")
    print(f"{locale}: {len(missing)} untranslated")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
