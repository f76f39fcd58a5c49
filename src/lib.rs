//! Tells why an npm command or a CI job failed, how sure it is, and what to do.
//!
//! # Overview
//!
//! A [`catalog::Catalog`] holds what is known: rules with signatures, causes with evidence, steps. An
//! [`engine::Engine`] makes it searchable. An [`engine::LogScanner`] reads one log in chunks of any size, and
//! [`diagnose::diagnose`] turns what it found into a [`diagnose::LogReport`]: runs, roots, causes with verdicts, what to do.
//! [`report`] writes it for people or programs. [`session::Session`] does all that for many logs on all threads.
//!
//! # Example
//!
//! ```
//! use lognosis::catalog::Catalog;
//! use lognosis::diagnose::{Options, Outcome, diagnose};
//! use lognosis::engine::{Engine, LogScanner};
//!
//! let log = b"\
//! npm error code ERESOLVE
//! npm error ERESOLVE unable to resolve dependency tree
//! npm error
//! npm error While resolving: shop@1.0.0
//! npm error Found: react@18.2.0
//! npm error node_modules/react
//! npm error   react@\"18.2.0\" from the root project
//! npm error
//! npm error Could not resolve dependency:
//! npm error peer react@\"17.0.2\" from react-dom@17.0.2
//! npm error node_modules/react-dom
//! npm error   react-dom@\"17.0.2\" from the root project
//! ";
//! let engine = Engine::new(Catalog::builtin())?;
//! let mut scanner = LogScanner::new(&engine);
//! scanner.push(log);
//! let report = diagnose(&engine, "install.log", &scanner.finish(), &Options::default());
//! assert_eq!(report.outcome, Outcome::Failed);
//! let answer = report.answer().unwrap();
//! assert_eq!(answer.rule, "npm/eresolve");
//! assert_eq!(answer.captures["from"], "react-dom@17.0.2");
//! # Ok::<(), lognosis::Error>(())
//! ```
//!
//! The library does not print, exit or panic, never writes a file and never opens a connection.

mod builtin;
pub mod catalog;
pub mod cli;
pub mod diagnose;
pub mod engine;
mod error;
pub mod facts;
pub mod input;
pub mod probe;
pub mod report;
pub mod session;
pub mod text;
pub mod triage;
pub mod trial;

pub use error::{Error, Result};
