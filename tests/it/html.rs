//! The HTML report: its structure always, and how a browser shows it where there is one.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lognosis::catalog::Catalog;
use lognosis::diagnose::LogReport;
use lognosis::report::{Format, InputError, Report, Style, TriageReport};
use lognosis::triage::Triage;

use crate::util::report;

/// Tries to leave every place that log text stands in: text, attributes, the page's language, the reading direction.
const HOSTILE: &str = "</code></pre></title><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">\
    ' onmouseover='x' \" autofocus onfocus=\"x\" {{ 7 * 7 }} <!-- --> &lt; \u{202e}";

fn logs() -> Vec<LogReport> {
    let mut logs = vec![
        format!("npm error code E401\nnpm error 401 Unauthorized - GET https://npm.acme.example/{HOSTILE} - unauthenticated\n"),
        "2026-11-20T10:11:12.0000000Z npm error code E401\n".to_owned(),
        "2026-11-18T10:11:12.0000000Z npm error code E401\n".to_owned(),
        "2026-11-19T10:11:12.0000000Z npm error code ECONNREFUSED\n\
         2026-11-19T10:11:13.0000000Z npm error FetchError: request to http://127.0.0.1:4873/x failed, reason: connect ECONNREFUSED 127.0.0.1:4873\n"
            .to_owned(),
        format!("2026-11-20T10:11:12.0000000Z Error: {HOSTILE}\n2026-11-20T10:11:12.0000000Z ##[error]Process completed with exit code 3.\n"),
        format!("Error: {}\n##[error]Process completed with exit code 3.\n", "x".repeat(3000)),
        "added 5 packages in 2s\n".to_owned(),
        String::new(),
    ]
    .into_iter()
    .map(|log| report(log.as_bytes()))
    .collect::<Vec<_>>();
    for (number, log) in logs.iter_mut().enumerate() {
        log.path = format!("{number}/{HOSTILE}/{}.log", "long".repeat(60));
    }
    logs
}

fn scan_page(logs: &[LogReport]) -> String {
    let errors = [InputError { message: format!("cannot read {HOSTILE}"), hint: Some(HOSTILE.to_owned()) }];
    let mut out = Vec::new();
    Report { catalog: Catalog::builtin(), logs, errors: &errors }.write(Format::Html, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn triage_page(logs: &[LogReport]) -> String {
    let mut triage = Triage::default();
    logs.iter().for_each(|log| drop(triage.add(log)));
    let mut out = Vec::new();
    let report = TriageReport { catalog: Catalog::builtin(), triage: &triage, errors: &[] };
    report.write(Format::Html, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn pages() -> Vec<(&'static str, String)> {
    let logs = logs();
    vec![
        ("scan", scan_page(&logs)),
        ("one", scan_page(&logs[..1])),
        ("nothing", scan_page(&[])),
        ("triage", triage_page(&logs)),
        ("empty-triage", triage_page(&[])),
    ]
}

/// The tags of a page in order, without what stands in style and script.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').expect("every tag ends");
        let tag = rest[at + 1..end].to_owned();
        rest = &rest[end + 1..];
        if tag == "style" || tag == "script" {
            rest = &rest[rest.find(&format!("</{tag}>")).expect("its end")..];
        }
        tags.push(tag);
    }
    tags
}

#[test]
fn every_element_is_closed_where_it_should_be() {
    for (name, page) in pages() {
        let mut open: Vec<String> = Vec::new();
        for tag in tags(&page) {
            let element = tag.split([' ', '\n', '/']).find(|part| !part.is_empty()).unwrap().to_owned();
            if tag.starts_with('!') || tag.ends_with('/') || ["meta", "link", "br", "input"].contains(&&*element) {
                continue;
            }
            if tag.starts_with('/') {
                assert_eq!(open.pop().as_deref(), Some(&*element), "{name}: </{element}> closes another element");
            } else {
                open.push(element);
            }
        }
        assert!(open.is_empty(), "{name}: {open:?} are not closed");
    }
}

#[test]
fn log_text_stays_text() {
    for (name, page) in pages() {
        let tags = tags(&page);
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("script")).count(), 1, "{name}");
        assert!(!tags.iter().any(|tag| tag.starts_with("img")), "{name}");
        for tag in &tags {
            // The text within quotes is a value: harmless.
            let bare: String = tag.split('"').step_by(2).collect();
            for attribute in [" on", " style", " src", " autofocus"] {
                assert!(!bare.contains(attribute), "{name}: <{tag}>");
            }
        }
        assert!(!page.contains('\u{202e}') && !page.contains("<!-- -->"), "{name}");
    }
}

#[test]
fn nothing_comes_from_elsewhere_and_the_policy_says_so() {
    for (name, page) in pages() {
        assert!(page.contains("default-src 'none'; "), "{name}");
        for tag in tags(&page).iter().filter(|tag| tag.contains("http://") || tag.contains("https://")) {
            assert!(tag.starts_with("a href=") || !tag.contains("href=") && !tag.contains("url("), "{name}: <{tag}>");
        }
        assert!(!page.contains("@import") && !page.contains("url("), "{name}");
        assert_eq!(page, pages().into_iter().find(|(other, _)| *other == name).unwrap().1, "the same input gives the same bytes");
    }
}

#[test]
fn the_triage_tells_numbers_trend_causes_and_the_unknown() {
    let page = triage_page(&logs());
    for part in [
        "<h1>What broke: 6 of 8 logs failed</h1>",
        "Failures per day",
        "<title>2026-11-20: 2\n",
        "2 more failures have no date in the log.",
        "got no credentials that it accepts",
        "data-family=\"auth\" data-owner=\"you\" data-retry=\"no\"",
        "Failed, and no rule knows why: 2",
        "<form class=\"filters\" role=\"search\" aria-label=\"Filter the causes\" hidden>",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
}

/// What a browser shows of a page: it is put into a frame of that width, and a probe looks at it.
const PROBE: &str = r#"<!DOCTYPE html><meta charset="utf-8"><body><iframe width="WIDTH" height="800" style="border:0"></iframe><script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  const inside = frame.contentDocument, look = frame.contentWindow;
  for (const node of inside.querySelectorAll("details")) node.open = true;
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = numbers(look.getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [], out = [];
  const walker = inside.createTreeWalker(inside.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || node.closest("script, svg, .unseen, .skip, thead") || !node.checkVisibility()) continue;
    const [a, b] = [light(numbers(look.getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    if ((a + 0.05) / (b + 0.05) < 4.5) pale.push(text.data.trim().slice(0, 40));
    const box = node.getBoundingClientRect();
    if (box.right > WIDTH + 1 || box.left < -1) out.push(text.data.trim().slice(0, 40));
  }
  const left = (name, value) => {
    const form = inside.querySelector(".filters");
    if (!form) return null;
    form.elements[name].value = value;
    form.dispatchEvent(new look.Event("input"));
    const count = inside.querySelectorAll("[data-item]:not([hidden])").length;
    form.elements[name].value = "";
    return count;
  };
  const words = inside.body.innerText.length;
  const filtered = [left("text", ""), left("text", "zzz"), left("text", "CREDENTIALS accept"), left("family", "auth")];
  document.body.textContent = JSON.stringify({
    width: inside.documentElement.scrollWidth, dark: look.matchMedia("(prefers-color-scheme: dark)").matches,
    filters: Boolean(inside.querySelector(".filters:not([hidden])")), title: inside.title, words, filtered, pale, out,
  });
};
frame.srcdoc = PAGE;
</script></body>"#;

#[test]
fn a_browser_shows_it_on_a_phone_and_a_screen_by_day_and_by_night() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in pages() {
        // The probe stands in for the page's own policy, which would not let it in.
        let policy = page.find("<meta http-equiv").unwrap();
        let open = format!("{}{}", &page[..policy], &page[policy + page[policy..].find('\n').unwrap()..]);
        let open = serde_json::to_string(&open).unwrap().replace("</", "<\\/");
        for width in ["360", "1280"] {
            let file = folder.path().join(format!("{name}-{width}.html"));
            fs::write(&file, PROBE.replace("WIDTH", width).replace("PAGE", &open)).unwrap();
            for dark in [false, true] {
                let theme: &[&str] = if dark { &["--force-dark-mode"] } else { &[] };
                let (dom, _) = dump(browser, folder.path(), &file, theme);
                let found = dom.split("<body>").nth(1).and_then(|rest| rest.split("</body>").next()).unwrap_or_default();
                let found: serde_json::Value = serde_json::from_str(found).unwrap_or_else(|_| panic!("{name}: no answer in {dom}"));
                let told = format!("{name} at {width}, dark: {dark}: {found:#}");
                assert_eq!(found["width"].to_string(), width, "scrolls sideways: {told}");
                assert_eq!(found["dark"], dark, "{told}");
                assert_eq!(found["pale"], serde_json::json!([]), "too little contrast: {told}");
                assert_eq!(found["out"], serde_json::json!([]), "outside of the window: {told}");
                assert!(found["words"].as_u64().unwrap() > 80, "{told}");
                assert_ne!(found["title"], "broken", "{told}");
                assert_eq!(found["filters"], name == "scan" || name == "triage", "{told}");
                let filtered = match name {
                    "scan" => serde_json::json!([6, 0, 3, 3]),
                    "triage" => serde_json::json!([4, 0, 1, 1]),
                    _ => serde_json::json!([null, null, null, null]),
                };
                assert_eq!(found["filtered"], filtered, "{told}");
            }
        }
    }
}

#[test]
fn a_browser_has_nothing_to_complain_of() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    for (name, page) in pages() {
        fs::write(&file, &page).unwrap();
        let (dom, errors) = dump(browser, folder.path(), &file, &[]);
        let complaints: Vec<&str> = errors.lines().filter(|line| line.contains(":CONSOLE")).collect();
        assert!(complaints.is_empty(), "{name}: {complaints:?}");
        assert!(!dom.contains("<title>broken"), "{name}");
        // The script ran, so the policy's hash is that of the script.
        if name == "triage" {
            assert!(dom.contains("aria-label=\"Filter the causes\">"), "{name}: the filters are hidden: {errors}");
        }
    }
    // The check itself must be able to fail.
    fs::write(&file, triage_page(&logs()).replace("\"use strict\";", "\"use strict\"; ")).unwrap();
    let (dom, errors) = dump(browser, folder.path(), &file, &[]);
    assert!(errors.contains(":CONSOLE") && dom.contains("Filter the causes\" hidden"), "a changed script is not refused: {errors}");
}

#[expect(clippy::print_stderr, reason = "a test that looks at nothing must say so")]
fn browser() -> Option<&'static Path> {
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = known.into_iter().map(Path::new).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no chromium");
    }
    found
}

/// Lets the browser load a page; gives its document afterwards, and what it said.
fn dump(browser: &Path, folder: &Path, file: &Path, flags: &[&str]) -> (String, String) {
    let profile = tempfile::tempdir_in(folder).unwrap();
    let (out, err) = (profile.path().join("out"), profile.path().join("err"));
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1400,900"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=3000", "--dump-dom"])
        .args(flags)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .expect("the browser starts");
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the browser takes more than a minute for {}", file.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    (text(&out), text(&err))
}
