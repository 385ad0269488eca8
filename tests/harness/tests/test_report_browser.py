# SPDX-License-Identifier: Apache-2.0
"""The page as Chromium shows it: light and dark, wide and narrow, with a keyboard, without a
script, and with hostile names. Needs chromium and its driver; skipped where they are not."""

import importlib.resources
import os
import shutil
from dataclasses import replace

import pytest

from gpu_selftest_harness.report import page
from gpu_selftest_harness.report.colours import contrast
from gpu_selftest_harness.report.sample import sample

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER),
                                reason="needs chromium and chromium-driver")

HOSTILE = ("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
           "' onmouseover='alert(1)", "\u202eevil\u202d", "W" * 10240,
           "</title></style></script><svg onload=alert(1)>")

# Colour and ground of every text on the screen, as the browser painted them.
PAINTED = """
const ground = (at) => {
  for (; at; at = at.parentElement) {
    const found = getComputedStyle(at).backgroundColor;
    if (!/rgba\\(.*, 0\\)/.test(found)) return found;
  }
  return "rgb(255, 255, 255)";
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const pairs = {};
while (walker.nextNode()) {
  const at = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !at.checkVisibility()) continue;
  if (["SCRIPT", "STYLE"].includes(at.tagName)) continue;
  const style = getComputedStyle(at);
  const text = at instanceof SVGElement ? style.fill : style.color;
  pairs[text + "|" + ground(at)] = at.tagName + "." + at.getAttribute("class");
}
return pairs;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    folder = tmp_path_factory.mktemp("chromium")  # of all that it would leave in /tmp
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(DRIVER, env={**os.environ, "TMPDIR": str(folder)})
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def show(browser, tmp_path):
    """Open an analysis; what the last test left in the browser's log is not this one's."""
    def opened(analysis, width=1280, height=1600, dark=False, fragment="", script=True):
        path = tmp_path / "page.html"
        path.write_text(page(analysis), encoding="utf-8")
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get(f"{path.as_uri()}{fragment}")
        return browser
    yield opened
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def rgb(text):
    numbers = [float(n) for n in text[text.index("(") + 1:-1].split(",")]
    assert len(numbers) == 3 or numbers[3] == 1, f"translucent: {text}"
    return "#" + "".join(f"{round(n):02x}" for n in numbers[:3])


def hostile():
    analysis = sample(30, 20)
    for uuid, name in zip(analysis.gpus, HOSTILE):
        analysis.gpus[uuid] = name
    analysis.runs = [replace(analysis.runs[0], node=HOSTILE[4], header={"node": {
        "driver": HOSTILE[1], "gpus": [{"uuid": "", "name": HOSTILE[0]}]}})]
    analysis.verdict = replace(analysis.verdict, headline=HOSTILE[0], remedy=HOSTILE[4])
    for outcome, text in zip(analysis.outcomes, HOSTILE):
        outcome.observed = outcome.remedy = text
    analysis.provenance = {text: {text: text} for text in HOSTILE}
    return analysis


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("make", [lambda: sample(60, 20), hostile], ids=["healthy", "hostile"])
def test_page__never_scrolls_sideways(show, width, make):
    driver = show(make(), width=width)
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    widths = driver.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] == widths[1] > width - 20  # less a scroll bar


@pytest.mark.parametrize("make", [lambda: sample(60, 20), hostile], ids=["healthy", "hostile"])
def test_page__leaves_the_log_empty_and_opens_no_dialog(show, make):
    driver = show(make())
    assert driver.get_log("browser") == []
    assert driver.execute_script("return document.scripts.length") == 1
    # An open dialog would make this fail.
    assert driver.execute_script("return document.images.length") == 0


def test_log__has_what_the_policy_forbids(show, browser):
    """The twin of the test above: a violation would be seen."""
    show(sample(5, 2))
    browser.execute_script("const s = document.createElement('script'); s.textContent = '1';"
                           "document.body.append(s)")
    assert any("Content Security Policy" in row["message"] for row in browser.get_log("browser"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page__every_text_can_be_read_as_painted(show, dark):
    driver = show(sample(60, 60), dark=dark)
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    pairs = driver.execute_script(PAINTED)
    weak = {f"{text} on {ground}": where for pair, where in pairs.items()
            for text, _, ground in [pair.partition("|")] if contrast(rgb(text), rgb(ground)) < 4.5}
    assert len(pairs) > 15 and weak == {}


def test_page__is_dark_where_that_is_wished(show):
    grounds = [show(sample(5, 2), dark=dark).execute_script(
        "return getComputedStyle(document.body).backgroundColor") for dark in (False, True)]
    assert grounds == ["rgb(255, 255, 255)", "rgb(21, 24, 27)"]


def test_page__first_screen_has_the_verdict_and_what_to_do(show):
    driver = show(sample(60, 20), width=390, height=700)
    bottoms = driver.execute_script(
        "return ['h1', '.next'].map(s => document.querySelector(s).getBoundingClientRect().bottom)")
    assert max(bottoms) < 700


def test_page__square_leads_to_its_cell_and_opens_it(show):
    driver = show(sample(30, 10))
    driver.execute_script("document.querySelector('.t-wrong a').click()")
    opened = driver.execute_script(
        "const d = document.querySelector('details.cell[open]'); return [d.id, d.innerText]")
    assert opened[0] == driver.execute_script("return location.hash.slice(1)")
    assert "the link of gpu 5 is x8" in opened[1] and "reseat or drain" in opened[1]


def test_page__can_be_walked_by_keyboard_with_a_focus_that_is_seen(show):
    from selenium.webdriver.common.keys import Keys
    driver = show(sample(30, 10))
    body = driver.find_element("tag name", "body")
    body.send_keys(Keys.TAB)
    assert driver.switch_to.active_element.text == "Skip to the results"
    assert driver.switch_to.active_element.rect["x"] >= 0
    seen = set()
    for _ in range(60):
        at = driver.switch_to.active_element
        width = driver.execute_script("return getComputedStyle(arguments[0]).outlineWidth", at)
        assert width != "0px", at.get_attribute("outerHTML")[:200]
        seen.add(at.tag_name)
        at.send_keys(Keys.TAB)
    assert {"a", "div"} <= seen


def test_table__is_sorted_by_its_heads(show):
    driver = show(sample(30, 10))
    column = "[...document.querySelectorAll('#fleet tbody tr')].map(r => r.cells[0].textContent)"
    before = driver.execute_script(f"return {column}")
    driver.execute_script("document.querySelector('#fleet th:nth-child(2) button').click()")
    up = driver.execute_script(f"return {column}")
    driver.execute_script("document.querySelector('#fleet th:nth-child(2) button').click()")
    down = driver.execute_script(f"return {column}")
    assert before[0] == "gpu 7 ✗ slow" and up == before and down == before[::-1]
    assert driver.execute_script(
        "return document.querySelector('#fleet th:nth-child(2)').ariaSort") == "descending"


def test_series__are_filtered_by_words(show):
    driver = show(sample(30, 60))
    driver.execute_script("document.querySelector('#others').open = true")
    box = driver.find_element("css selector", ".tools input")
    box.send_keys("sgemm gpu 0")
    left = driver.execute_script("return [...document.querySelectorAll('.series:not([hidden]) "
                                 "summary')].map(s => s.textContent)")
    assert left and all("sgemm" in text and "gpu 0" in text for text in left)
    assert driver.find_element("css selector", ".tools output").text.startswith(f"{len(left)} of")


def test_page__says_the_same_without_a_script(show):
    with_script = show(sample(30, 10)).find_element("tag name", "main").text
    driver = show(sample(30, 10), script=False)
    without = driver.find_element("tag name", "main").text
    for words in ("◆ FAIL", "the link of gpu 5 is x8", "Slow GPUs", "2026-12-04"):
        assert words in with_script and words in without
    assert not driver.find_element("css selector", ".tools").is_displayed()


def test_table__on_a_telephone_says_what_is_what(show):
    label = ("const td = document.querySelector('#changes td:nth-of-type(2)');"
             " return getComputedStyle(td, '::before').content")
    assert "now" in show(sample(30, 10), width=360).execute_script(label)
    assert show(sample(30, 10)).execute_script(label) == "none"


def test_chart__line_is_drawn_from_the_small_one(show):
    driver = show(sample(60, 60))
    boxes = driver.execute_script(
        "return [...document.querySelectorAll('.trend .chart:not(.zoom) use')]"
        ".map(u => u.getBoundingClientRect()).map(r => [r.width, r.height])")
    assert boxes and all(width > 500 and height > 20 for width, height in boxes)


def test_page__prints_on_white_with_all_cells_open(show, browser):
    show(sample(30, 10), dark=True)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ground = browser.execute_script(
        "dispatchEvent(new Event('beforeprint'));"
        "return [getComputedStyle(document.body).backgroundColor,"
        " document.querySelectorAll('details.cell:not([open])').length]")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert ground == ["rgb(255, 255, 255)", 0]


@pytest.mark.parametrize("make", [lambda: sample(30, 20), hostile], ids=["healthy", "hostile"])
def test_page__has_nothing_that_axe_complains_of(show, make):
    """axe-core: landmarks, names, heads of tables, order of headings, contrast and the like."""
    rules = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    driver = show(make())
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    driver.execute_script(rules)
    found = driver.execute_async_script(
        "const tell = arguments[0]; axe.run(document, {resultTypes: ['violations']})"
        ".then(r => tell([r.passes.length, r.violations.map(v => [v.id, v.nodes[0].html])]),"
        " e => tell([0, String(e)]))")
    assert found[0] > 20 and found[1] == []
