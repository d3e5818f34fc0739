"""Chromium without a display, driven by WebDriver, and the console's views as a person finds them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

# As root Chromium has no sandbox; the others keep it from asking hosts that no test may reach.
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
)
PATIENCE_S = 120  # the machine may be busy; nothing here is a measurement


class Console:
    """One tab with the console in it."""

    def __init__(self, driver: Chrome, url: str, downloads: Path) -> None:
        self.driver = driver
        self.url = url
        self.downloads = downloads
        self._counts_cpu = False

    def sign_in(self, user: str, password: str) -> None:
        self.find("input[name=user]").send_keys(user)
        self.find("input[name=password]").send_keys(password)
        self.press("Sign in")

    def go(self, view: str) -> None:
        """Follows a link of the console: `jobs`, `send`, `job/<id>`."""
        self.driver.get(f"{self.url}#/{view}")

    def find(self, selector: str) -> WebElement:
        """Waits for the first element that a selector finds."""
        found = self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector))
        element: WebElement = found[0]
        return element

    def press(self, label: str) -> None:
        """Presses the button that is called so."""
        self._click(By.XPATH, f"//button[normalize-space()={json.dumps(label)} or @aria-label={json.dumps(label)}]")

    def click(self, selector: str) -> None:
        """Clicks on the first element that a selector finds."""
        self._click(By.CSS_SELECTOR, selector)

    def type(self, *keys: str) -> None:
        """Presses keys with nothing focused."""
        self.driver.find_element(By.TAG_NAME, "body").send_keys(*keys)

    def text(self) -> str:
        """Returns what can be read on the page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def wait_for_text(self, text: str) -> None:
        self.wait(lambda: text in self.text())

    def wait(self, condition: Any) -> Any:
        """Waits until a condition holds; looks again if the page has put a new element in an old one's place."""
        patience = WebDriverWait(self.driver, PATIENCE_S, 0.1, ignored_exceptions=[StaleElementReferenceException])
        return patience.until(lambda _: condition())

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a JavaScript function body in the page."""
        return self.driver.execute_script(script, *arguments)

    def run_async(self, script: str, *arguments: object) -> Any:
        """Returns what a script hands to its last argument, a function."""
        self.driver.set_script_timeout(PATIENCE_S)
        return self.driver.execute_async_script(script, *arguments)

    def _click(self, by: str, path: str) -> None:
        def clicked() -> bool:
            found = self.driver.find_elements(by, path)
            if found:
                found[0].click()
            return bool(found)

        self.wait(clicked)

    def cpu_s(self, kind: str = "TaskDuration") -> float:
        """Returns the processor time of the page's main thread; with `ScriptDuration` that of scripts only."""
        if not self._counts_cpu:
            self.driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
            self._counts_cpu = True
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == kind))

    def look_as(self, width: int, scheme: str) -> None:
        """Takes the width of another screen, and `light` or `dark` colours."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def errors(self) -> list[str]:
        """Returns what the browser complained about: scripts that failed, what the policy forbade."""
        entries: Any = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


@contextmanager
def open_console(index_url: str, browser: str, driver: str, folder: Path) -> Iterator[Console]:
    """Opens the console in a browser with an empty profile under `folder`."""
    downloads = folder / "downloads"
    downloads.mkdir()
    options = ChromeOptions()
    options.binary_location = browser
    for argument in (*_ARGUMENTS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = Chrome(options=options, service=Service(driver))
    try:
        console = Console(opened, f"{index_url}console", downloads)
        opened.get(console.url)
        yield console
    finally:
        opened.quit()


RIGHT, HOME = Keys.ARROW_RIGHT, Keys.HOME
