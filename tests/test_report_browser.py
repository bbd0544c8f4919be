"""The report in a real browser: nothing overflows, everything can be read, on a phone and a desktop, light and dark."""

import json
import shutil

import pytest
import report_runs

from agentseg.evaluation.report import write_report

CONTRAST = """
const number = text => text.match(/[\\d.]+/g).map(Number);
const linear = part => (part /= 255) <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
const ground = node => { for (; node; node = node.parentElement) {
  const found = number(getComputedStyle(node).backgroundColor);
  if (found.length < 4 || found[3] === 1) return found;
} return [255, 255, 255]; };
const found = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !node.checkVisibility()) continue;
  const style = getComputedStyle(node);
  const one = light(number(node.closest('svg') ? style.fill : style.color)), other = light(ground(node));
  const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
  const inside = node.closest('svg');
  const size = parseFloat(style.fontSize) * (inside ? inside.getBoundingClientRect().width / 360 : 1);
  found.push([ratio, size, walk.currentNode.data.trim().slice(0, 40)]);
}
return found;
"""


@pytest.fixture(scope="module")
def browser():
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.common.exceptions import WebDriverException

    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("chromium or chromedriver is not installed")
    options = selenium.ChromeOptions()
    options.binary_location = binary
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        started = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
    except WebDriverException as error:
        pytest.skip(f"chromium does not start here: {error.msg}")
    yield started
    started.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return write_report(report_runs.runs(folder), folder / "report.html").as_uri()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")], ids=str)
def opened(request, browser, address):
    width, scheme = request.param
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    return browser, width


def test_page_fits_and_everything_on_it_can_be_read(opened):
    browser, width = opened
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    wide = "return [...document.querySelectorAll('h1,h2,h3,h4,p,dl,figure,svg,img,article,ul')].filter(node => "
    wide += "node.getBoundingClientRect().right > innerWidth + 1).map(node => node.outerHTML.slice(0, 80))"
    assert browser.execute_script(wide) == []
    images = browser.execute_script("return [...document.images].map(one => [one.complete, one.naturalWidth])")
    assert len(images) > 20
    assert all(complete and across == 480 for complete, across in images)
    read = browser.execute_script(CONTRAST)
    assert len(read) > 300
    assert [one for one in read if one[0] < 4.5] == []
    assert [one for one in read if one[1] < 10.5] == []
    assert json.dumps(browser.get_log("browser")) == "[]"


def test_keyboard_reaches_the_figures_and_every_box_that_scrolls(opened):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser, _ = opened
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("href").endswith("#figures")
    boxes = "return [...document.querySelectorAll('*')].filter(node => node.scrollWidth > node.clientWidth + 1 && "
    boxes += "['auto', 'scroll'].includes(getComputedStyle(node).overflowX)).map(node => node.tabIndex)"
    assert set(browser.execute_script(boxes)) <= {0}
