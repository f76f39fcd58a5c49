//! Reads, checks and packs the built-in catalogue, so that the program starts without parsing TOML.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

// The library's own module: one parser, one set of checks. Much of it is not needed here.
#[allow(dead_code, unused_imports, unreachable_pub, missing_docs)]
#[path = "src/catalog/mod.rs"]
mod catalog;

// A build script speaks to cargo by printing.
#[allow(clippy::print_stdout, clippy::print_stderr)]
fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/catalog");
    match pack() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout)]
fn pack() -> Result<(), String> {
    let mut files = Vec::new();
    collect(Path::new("rules"), &mut files)?;
    files.sort();
    let mut builder = catalog::CatalogBuilder::new();
    for path in files {
        let source = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        builder.add(path.display().to_string().replace('\\', "/"), source);
    }
    let (catalog, warnings) = builder.finish().map_err(|files| {
        let messages: String = files.iter().map(|file| catalog::render_mistakes(file, false)).collect();
        format!("the built-in catalogue does not load:\n\n{messages}")
    })?;
    for file in &warnings {
        for mistake in &file.mistakes {
            println!("cargo::warning={}: {} [{}]", file.path, mistake.title, mistake.kind.code());
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?).join("catalog.bin");
    let packed = postcard::to_allocvec(&catalog).map_err(|e| format!("cannot pack the catalogue: {e}"))?;
    fs::write(&out, packed).map_err(|e| format!("{}: {e}", out.display()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| format!("{}: {e}", folder.display()))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
