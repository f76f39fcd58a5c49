//! Makes logs to measure with: `cargo bench --bench corpus -- FOLDER [MEGABYTES] [FILES]`.
//!
//! The same arguments give the same bytes: a seeded generator, the repository's recordings, nothing downloaded. Most
//! lines are what CI systems and npm print when nothing is wrong; three logs in ten end with a recorded failure. Beside
//! `ordinary/` it writes twins (coloured, progress bars, UTF-16), the worst honest case and hostile ones.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Fixed, so that two machines measure the same.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

const PACKAGES: &[&str] = &[
    "lodash",
    "react",
    "react-dom",
    "@babel/core",
    "@types/node",
    "chalk",
    "debug",
    "semver",
    "glob",
    "rimraf",
    "express",
    "axios",
    "commander",
    "error-stack-parser",
    "http-errors",
    "fast-glob",
    "@acme/ui",
    "@acme/errors",
    "webpack",
    "rollup",
    "postcss",
    "ansi-styles",
    "strip-ansi",
    "supports-color",
    "kind-of",
    "is-number",
    "micromatch",
    "braces",
    "fill-range",
    "to-regex-range",
    "not-found-page",
    "p-retry",
];
const SOURCES: &[&str] =
    &["auth", "cart", "checkout", "errors", "network", "orders", "profile", "registry", "search", "session", "tokens", "users"];
const VERBS: &[&str] = &["returns", "renders", "rejects", "retries", "keeps", "logs", "shows", "handles", "validates", "stores"];
const OBJECTS: &[&str] = &[
    "an error when the token is missing",
    "the list",
    "a 404 page",
    "an empty cart",
    "the failed request",
    "nothing",
    "all items",
    "a warning",
];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.below(list.len() as u64)).unwrap_or(0)]
    }
}

/// One line that says nothing of a failure.
fn ordinary_line(random: &mut Random, out: &mut String) {
    let (package, number) = (random.pick(PACKAGES), random.below(900) + 10);
    let version = format!("{}.{}.{}", random.below(20), random.below(30), random.below(10));
    let _ = match random.below(16) {
        0 => write!(out, "npm http fetch GET 200 https://registry.npmjs.org/{package} {number}ms (cache revalidated)"),
        1 => write!(out, "npm silly placeDep ROOT {package}@{version} OK for: shop@1.0.0 want: ^{version}"),
        2 => write!(out, "npm warn deprecated {package}@{version}: This version is no longer supported. Upgrade to the latest one."),
        3 => write!(out, "   \u{2713} {} {} {} ({number} ms)", random.pick(SOURCES), random.pick(VERBS), random.pick(OBJECTS)),
        4 => write!(
            out,
            "dist/assets/{}-{:08x}.js   {number}.{:02} kB \u{2502} gzip: {:>3}.{:02} kB",
            random.pick(SOURCES),
            random.next() >> 32,
            number % 100,
            number / 3,
            number % 90
        ),
        5 => write!(
            out,
            "  - src/{}/{}.ts ({number} lines, {}% statements)",
            random.pick(SOURCES),
            random.pick(SOURCES),
            60 + random.below(40)
        ),
        6 => write!(out, "[{number}/1204] Compiling src/{}/{}.tsx", random.pick(SOURCES), random.pick(SOURCES)),
        7 => write!(out, "npm timing reifyNode:node_modules/{package} Completed in {number}ms"),
        8 => write!(out, "remote: Counting objects: {}% ({number}/{})", random.below(100), number + 400),
        9 => write!(out, "PASS src/{}/{}.test.ts ({}.{} s)", random.pick(SOURCES), random.pick(SOURCES), random.below(9), random.below(10)),
        10 => write!(out, "Download action repository 'actions/checkout@v4' (SHA:{:016x}{:016x})", random.next(), random.next()),
        11 => write!(
            out,
            "asset {}.{:08x}.js {number} KiB [emitted] [immutable] [minimized] (name: {})",
            random.pick(SOURCES),
            random.next() >> 32,
            random.pick(SOURCES)
        ),
        12 => write!(
            out,
            "npm silly tarball no local data for {package}@https://registry.npmjs.org/{package}/-/{package}-{version}.tgz. Extracting by manifest."
        ),
        13 => write!(
            out,
            "Get:{number} http://deb.debian.org/debian bookworm/main amd64 lib{} amd64 {version} [{number} kB]",
            random.pick(SOURCES)
        ),
        14 => write!(out, "  {package}@{version} requires a peer of {}@^{version} and has it", random.pick(PACKAGES)),
        _ => write!(out, "[{}] GET /api/{}/{number} 200 {number}ms - {} bytes", random.pick(SOURCES), random.pick(SOURCES), number * 7),
    };
}

/// The prefix of a CI system, or none.
fn prefix(style: u64, random: &mut Random, row: u64, out: &mut String) {
    let (minute, second) = (row / 60 % 60, row % 60);
    let _ = match style {
        0 | 1 => write!(out, "2026-11-20T10:{minute:02}:{second:02}.{:07}Z ", random.below(10_000_000)),
        2 => write!(out, "2026-11-20T10:{minute:02}:{second:02}.{:06}Z 01O ", random.below(1_000_000)),
        3 => write!(out, "#{} {}.{:03} ", 7 + row / 4000, row / 50, random.below(1000)),
        _ => Ok(()),
    };
}

/// One log of about `size` bytes; `failure` ends it.
fn log(random: &mut Random, size: usize, failure: Option<&str>) -> String {
    let style = random.below(6);
    let mut out = String::with_capacity(size + 4096);
    let mut row = 0;
    while out.len() < size {
        prefix(style, random, row, &mut out);
        ordinary_line(random, &mut out);
        out.push('\n');
        row += 1;
    }
    for line in failure.into_iter().flat_map(str::lines) {
        prefix(style, random, row, &mut out);
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The console outputs of recorded failures.
fn failures() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/npm");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let failed = |folder: &&PathBuf| fs::read_to_string(folder.join("scenario.json")).is_ok_and(|text| text.contains("\"failed\": true"));
    folders.iter().filter(failed).filter_map(|folder| fs::read_to_string(folder.join("console.txt")).ok()).collect()
}

fn save(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

/// Every fifth word in colour.
fn coloured(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    for (number, word) in text.split_inclusive([' ', '\n']).enumerate() {
        if number % 5 == 0 {
            let _ = write!(out, "\u{1b}[3{}m{}\u{1b}[0m{}", number % 7 + 1, word.trim_end(), &word[word.trim_end().len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Three lines become one that a progress bar has written over and over.
fn progress(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.lines().enumerate() {
        out.push_str(line);
        out.push_str(if number % 3 == 2 { "\n" } else { "\r\u{1b}[K" });
    }
    out
}

fn main() -> std::io::Result<()> {
    // cargo bench adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let Some(folder) = arguments.first().map(PathBuf::from) else {
        println!("corpus: name a folder to write to");
        return Ok(());
    };
    let number = |at: usize, default: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (megabytes, files) = (number(1, 986), number(2, 1600).max(10));
    let mut random = Random(SEED);
    let failures = failures();
    let size = megabytes * 1_000_000 / files;
    let mut one = BufWriter::new({
        fs::create_dir_all(&folder)?;
        File::create(folder.join("one.log"))?
    });
    for file in 0..files {
        let failure = (file % 10 < 3).then(|| failures[file % failures.len()].as_str());
        // Sizes differ as those of real logs do.
        let text = log(&mut random, size / 2 + size * (file % 11) / 10, failure);
        save(&folder.join(format!("ordinary/{:02}/{file:04}.log", file % 40)), text.as_bytes())?;
        one.write_all(text.as_bytes())?;
    }
    one.flush()?;
    let twin_size = (megabytes * 1_000_000 / 10).min(100_000_000);
    let plain = log(&mut random, twin_size, Some(&failures[0]));
    save(&folder.join("twins/plain.log"), plain.as_bytes())?;
    save(&folder.join("twins/coloured.log"), coloured(&plain).as_bytes())?;
    save(&folder.join("twins/progress.log"), progress(&plain).as_bytes())?;
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    save(&folder.join("twins/utf16.log"), &wide)?;
    let mut errors = String::new();
    while errors.len() < twin_size {
        errors.push_str(&failures[usize::try_from(random.below(failures.len() as u64)).unwrap_or(0)]);
    }
    save(&folder.join("hostile/all-errors.log"), errors.as_bytes())?;
    save(
        &folder.join("hostile/gate-only.log"),
        "code ECONNRESETS not found ERR_ERROR npm error rror E401E403 failed\n".repeat(twin_size / 68).as_bytes(),
    )?;
    save(&folder.join("hostile/short-lines.log"), "E4\n".repeat(twin_size / 3).as_bytes())?;
    save(&folder.join("hostile/one-line.log"), plain.replace('\n', " ").as_bytes())?;
    println!("{} files in {}", files + 9, folder.display());
    Ok(())
}
