//! Times the parts of a scan: `cargo bench --bench parts`, or one of them: `cargo bench --bench parts -- gate`.
//!
//! `benches/yardstick` tells whether the whole is fast; this tells which part of it became slower.
#![allow(missing_docs)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lognosis::catalog::Catalog;
use lognosis::diagnose::{Options, diagnose};
use lognosis::engine::{Engine, LogScanner, Scan};
use lognosis::text::{Format, Line};

/// What a build prints while nothing is wrong; its words are near those of failures.
const ORDINARY: &str = "\
npm http fetch GET 200 https://registry.npmjs.org/error-stack-parser 312ms (cache revalidated)
npm silly placeDep ROOT http-errors@2.0.0 OK for: shop@1.0.0 want: ^2.0.0
npm warn deprecated glob@7.2.3: This version is no longer supported. Upgrade to the latest one.
   \u{2713} auth returns an error when the token is missing (41 ms)
dist/assets/errors-0f3a9c1e.js   312.44 kB \u{2502} gzip: 104.20 kB
[310/1204] Compiling src/network/session.tsx
npm timing reifyNode:node_modules/not-found-page Completed in 88ms
remote: Counting objects: 44% (310/710)
PASS src/checkout/cart.test.ts (4.2 s)
[orders] GET /api/search/404 200 31ms - 2170 bytes
";

/// The same lines as two CI systems print them: a time stamp before each, colours in some.
fn framed(text: &str) -> String {
    let mut out = String::new();
    for (row, line) in text.lines().enumerate() {
        let colour = if row % 3 == 0 { "\u{1b}[36m" } else { "" };
        out.push_str(&format!("2026-11-20T10:11:{:02}.1234567Z {colour}{line}\n", row % 60));
    }
    out
}

/// The console outputs of recorded failures, in a fixed order.
fn failures() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/npm");
    let mut folders: Vec<_> = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().filter_map(|folder| fs::read_to_string(folder.join("console.txt")).ok()).collect()
}

fn scan(engine: &Engine<'_>, text: &str) -> Scan {
    let mut scanner = LogScanner::new(engine);
    scanner.push(text.as_bytes());
    scanner.finish()
}

fn parts(criterion: &mut Criterion) {
    let engine = Engine::new(Catalog::builtin()).expect("the built-in catalogue compiles");
    let ordinary = ORDINARY.repeat(2000);
    let errors = failures();
    let mut group = criterion.benchmark_group("parts");
    group.sample_size(10);

    // Nearly every line ends at the gate: what a log costs that has nothing to say.
    group.throughput(Throughput::Bytes(ordinary.len() as u64));
    group.bench_function("gate", |bencher| bencher.iter(|| scan(&engine, black_box(&ordinary))));

    let framed = framed(&ORDINARY.repeat(200));
    group.throughput(Throughput::Bytes(framed.len() as u64));
    group.bench_function("framing", |bencher| {
        bencher.iter(|| framed.lines().map(|raw| Line::new(black_box(raw), Format::GithubActions).text().len()).sum::<usize>());
    });

    // Nearly every line is looked at by regexes.
    group.throughput(Throughput::Bytes(errors.len() as u64));
    group.bench_function("matching", |bencher| bencher.iter(|| scan(&engine, black_box(&errors))));

    let scanned = scan(&engine, &errors);
    group.bench_function("diagnosis", |bencher| {
        bencher.iter(|| diagnose(&engine, "errors.log", black_box(&scanned), &Options::default()));
    });
    group.finish();

    // What every command pays before it reads its first byte.
    criterion.bench_function("start", |bencher| bencher.iter(|| Engine::new(black_box(Catalog::builtin())).is_ok()));
}

criterion_group!(benches, parts);
criterion_main!(benches);
