"""Takes the README's pictures of the app: `python docs/picture.py` writes docs/lost-sales.png
and docs/plan.png.

Needs Chromium and its driver, as the browser tests do.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import find_browser, open_browser, serve_app, wait_for_page  # noqa: E402

PICTURES = {"": ("lost-sales.png", 1160), "plan": ("plan.png", 1550)}  # file, height in pixels


def main() -> None:
    """Open the app on the sample and keep what its first two pages show."""
    found = find_browser()
    if found is None:
        sys.exit("No Chromium with chromedriver on this machine.")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_app(ROOT / "app.py", Path(folder) / "log.txt") as url,
        open_browser(*found) as window,
    ):
        for page, (file, height) in PICTURES.items():
            window.set_window_size(1280, height)
            window.get(f"{url}/{page}")
            wait_for_page(window)
            window.save_screenshot(str(ROOT / "docs" / file))


if __name__ == "__main__":
    main()
