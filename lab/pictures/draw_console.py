"""`python -m lab.pictures.draw_console`: photographs the console with the demo's clip for the README.

Needs Chromium with its driver from the system's packages. The clip is made from a public-domain portrait.
"""

import io
import shutil
import sys
import tempfile
import time
from pathlib import Path

import requests
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from chalicelib.local.demo_clip import BROWSER_CODEC, write_demo_clip
from chalicelib.local.stack import Stack

TARGET = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "console.png"
_WIDTH, _HEIGHT = 1280, 930
_VIEW = "metrics=smile,mouth+open,upper+lip+raise"
_PATIENCE_S = 120
_STEPS = 20


def main() -> int:
    """Runs the command; returns 1 if there is no browser."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        print(
            "There is no Chromium with its driver; on Debian: apt-get install chromium chromium-driver", file=sys.stderr
        )
        return 1
    with tempfile.TemporaryDirectory() as folder, Stack(log_path=Path(folder) / "worker.log") as stack:
        clip = Path(folder) / "clip.mp4"
        write_demo_clip(clip, codec=BROWSER_CODEC)
        _photograph(_open(browser, driver), stack, _measured(stack, clip))
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
    return 0


def _measured(stack: Stack, clip: Path) -> str:
    """Returns the id of the job, once it is done."""
    with requests.Session() as api, clip.open("rb") as file:
        api.auth = (stack.user, stack.password)
        url = api.post(f"{stack.index_url}jobs", files={"entry_job[input]": file}, timeout=_PATIENCE_S).json()["self"]
        while api.get(url, timeout=_PATIENCE_S).json()["status"] not in ("done", "error"):
            time.sleep(0.5)
    return str(url).rsplit("/", 1)[1]


def _open(browser: str, driver: str) -> Chrome:
    options = ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={_WIDTH},{_HEIGHT}"):
        options.add_argument(argument)
    return Chrome(options=options, service=Service(driver))


def _photograph(chrome: Chrome, stack: Stack, job_id: str) -> None:
    size = {"width": _WIDTH, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    try:
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        chrome.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        chrome.get(f"{stack.index_url}console")
        for name, text in (("user", stack.user), ("password", stack.password)):
            _found(chrome, f"input[name={name}]").send_keys(text)
        _found(chrome, "form button").click()
        _found(chrome, "nav a")
        chrome.get(f"{stack.index_url}console#/job/{job_id}?{_VIEW}")
        _found(chrome, ".face img")
        for _ in range(_STEPS):
            _found(chrome, "[aria-label='One frame on']").click()
        chrome.execute_script("document.activeElement.blur()")
        time.sleep(2)
        _shrunk(chrome.get_screenshot_as_png())
    finally:
        chrome.quit()


def _shrunk(png: bytes) -> None:
    """Writes the picture with 256 colours, a third of the bytes."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(TARGET, optimize=True)


def _found(chrome: Chrome, selector: str) -> WebElement:
    found: list[WebElement] = WebDriverWait(chrome, _PATIENCE_S).until(
        lambda _: chrome.find_elements(By.CSS_SELECTOR, selector)
    )
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
