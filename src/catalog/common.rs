//! Words that say nothing of a failure.
//!
//! May import: nothing of ours.

/// Words that stand on many lines of ordinary logs, from the output of clients, bundlers and CI systems when nothing is
/// wrong. Sorted, for they are searched for.
#[rustfmt::skip]
pub(super) const COMMON: &[&str] = &[
    "://registry.", "a", "access", "acme", "action", "actions", "actions/checkout", "add", "added", "agent", "alive", "all", "allow",
    "amd", "and", "ansi", "api", "app", "args", "array", "artifact", "assert", "asset", "assets", "async", "at", "audit", "audited",
    "auth", "aws", "base64", "binary", "block", "body", "branch", "browser", "buffer", "build", "builder", "building", "built", "bulk",
    "bundle", "by", "bytes", "cache", "cached", "can", "cart", "checkout", "cli", "client", "code", "com", "command", "commit",
    "compiled", "compiling", "complete", "completed", "config", "configure", "connection", "container", "content", "context", "control",
    "cookie", "copy", "core", "could", "counting", "create", "created", "css", "cwd", "data", "date", "deb", "debian", "debug",
    "default", "dependencies", "dependency", "deprecated", "deps", "dest", "details", "dev", "dir", "dist", "docker", "docs", "docs.",
    "done", "download", "downloaded", "downloading", "during", "dynamic", "emitted", "en", "engine", "engines", "env", "eresolve",
    "err", "err!", "error", "error:", "errors", "eslint", "esm", "example", "exit", "exited", "expected", "export", "exported",
    "extract", "extracting", "fail", "failed", "fast", "fetch", "field", "file", "files", "find", "finished", "flags", "folder", "font",
    "for", "found", "found.", "from", "full", "function", "gate", "get", "getting", "git", "github", "glob", "global", "gmt", "gyp",
    "gzip", "has", "hash", "head", "headers", "heap", "help", "home", "host", "html", "http", "http://", "http://registry.", "https",
    "https://", "https://registry.", "https://registry.npmjs.org", "https://registry.npmjs.org/", "image", "images", "immutable",
    "import", "imported", "in", "index", "info", "init", "input", "install", "installed", "installing", "integration", "internal", "is",
    "issues", "it", "job", "js", "json", "jsx", "kb", "key", "label", "latest", "layer", "layers", "lib", "lib/", "license", "line",
    "lines", "linux", "list", "listening", "load", "loading", "local", "log", "login", "logs", "main", "make", "manifest", "map",
    "mark", "master", "max", "md", "memory", "merge", "message", "method", "min", "missing", "mjs", "mode", "modified", "module",
    "modules", "moved", "ms", "must", "name", "name:", "native", "needed", "network", "new", "next", "no", "node", "node:",
    "node_modules", "node_modules/", "none", "not", "note", "notice", "npm", "npmrc", "null", "number", "object", "objects", "of",
    "off", "ok", "old", "on", "open", "opt", "option", "options", "or", "origin", "os", "out", "output", "package", "package.json",
    "packages", "page", "pages", "parse", "pass", "passed", "path", "peer", "plugin", "plugins", "pnpm", "port", "post", "prepare",
    "preparing", "print", "process", "profile", "progress", "project", "proxy", "public", "pull", "push", "put", "python", "react",
    "read", "reading", "ready", "reason", "reason:", "receiving", "ref", "refs", "registry", "registry.npmjs.org",
    "registry.npmjs.org/", "reify", "release", "remote", "report", "repository", "request", "requests", "require", "required",
    "requires", "resolve", "resolved", "resolving", "response", "root", "rror", "run", "runner", "running", "schema", "script",
    "scripts", "search", "security", "see", "semver", "send", "server", "service", "session", "set", "setup", "sha", "sha256", "should",
    "signature", "silly", "site", "size", "skipped", "source", "spec", "specified", "src", "stable", "stack", "stage", "start",
    "started", "starting", "state", "statements", "static", "step", "stream", "string", "success", "successfully", "support",
    "supported", "system", "tag", "tar", "tarball", "task", "tasks", "test", "tests", "text", "tgz", "that", "the", "then", "this",
    "time", "timing", "title", "to", "token", "tokens", "tool", "total", "trace", "tree", "try", "ts", "tsx", "type", "types",
    "typescript", "unit", "unpacking", "up", "update", "updated", "upgrade", "uri", "url", "use", "used", "user", "users", "using",
    "util", "v", "valid", "value", "verbose", "verify", "version", "versions", "view", "vite", "vulnerabilities", "wait", "waiting",
    "warn", "warning", "warnings", "was", "web", "webpack", "when", "which", "will", "with", "within", "work", "workflow", "workspace",
    "writing", "yarn", "yes", "you", "your", "zip",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_are_sorted() {
        assert!(super::COMMON.is_sorted());
    }
}
