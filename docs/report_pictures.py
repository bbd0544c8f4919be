"""Takes the pictures of a report for the documentation, with headless Chromium on a desktop and a phone.

    agentseg eval kitchenbench --config rules --limit 200 --out runs/rules
    agentseg eval kitchenbench --config rules --reasoner oracle --limit 200 --out runs/oracle
    agentseg report runs/rules runs/oracle --out report.html
    python docs/report_pictures.py report.html

It needs selenium, chromium and chromedriver, and writes docs/images/report_wide.png and report_narrow.png.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path

from selenium import webdriver

IMAGES = Path(__file__).parent / "images"
VIEWS = {"wide": (1280, 1885), "narrow": (390, 1885)}
"""Width and height of each picture in pixels."""


def take(report: Path) -> list[Path]:
    """Write the pictures of a report, from its top.

    Args:
        report: The HTML file.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    files = []
    try:
        for name, (width, height) in VIEWS.items():
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(report.resolve().as_uri())
            picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            files.append(IMAGES / f"report_{name}.png")
            files[-1].write_bytes(base64.b64decode(picture["data"]))
    finally:
        browser.quit()
    return files


if __name__ == "__main__":
    take(Path(sys.argv[1]))
