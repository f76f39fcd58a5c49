//! The closed word lists of the rule language.
//!
//! May import: nothing of ours.

/// Families, with what belongs there. `rules list --family`, triage and consequence edges use them.
pub const FAMILIES: &[(&str, &str)] = &[
    ("auth", "who you are: tokens, logins, one-time passwords"),
    ("registry", "what the registry answers: not found, forbidden, too many requests, down"),
    ("publish", "publishing packages"),
    ("network", "DNS, sockets, time-outs, broken answers"),
    ("proxy", "the proxy between client and registry"),
    ("tls", "certificates and TLS"),
    ("resolution", "versions, peers, names"),
    ("lockfile", "lockfiles missing, stale or damaged"),
    ("integrity", "checksums, damaged archives, caches"),
    ("config", "package.json, .npmrc, the command line"),
    ("engine", "versions and platforms of node and of clients"),
    ("filesystem", "permissions, disk, paths"),
    ("script", "scripts that clients run"),
    ("build", "native builds, bundlers, compilers"),
    ("test", "tests that fail"),
    ("lint", "linters and formatters that object"),
    ("runtime", "node's own errors: modules, syntax, ports"),
    ("memory", "out of memory, killed"),
    ("git", "git and ssh"),
    ("docker", "images and containers"),
    ("ci", "the CI system itself"),
    ("deploy", "deployments and migrations"),
    ("workspace", "monorepos"),
    ("audit", "audit, ls, outdated"),
    ("crash", "crashes of a client"),
];

/// CI systems, as reports and the `ci` condition name them.
pub const CI_SYSTEMS: &[&str] = &[
    "github-actions", "gitlab", "azure-pipelines", "jenkins", "circleci", "buildkite", "travis", "bitbucket", "teamcity",
    "codebuild", "vercel", "netlify", "heroku", "cloud-build", "drone", "docker",
];

/// Captures that are worked out from others: `(name, from what)`.
pub const DERIVED_CAPTURES: &[(&str, &str)] = &[
    ("host", "the host of `url` or `registry`"),
    ("registry", "the registry part of `url`, else the run's registry"),
    ("registry_key", "`registry` as .npmrc keys it: `//host/path/`"),
    ("package", "the package that `url` or `spec` names"),
    ("scope", "the scope of `package`: `@acme`"),
    ("method", "the HTTP method of the failing request"),
    ("count", "how often the failure was seen in the run"),
    ("client", "the run's client"),
    ("client_version", "its version"),
    ("node", "the run's node version"),
    ("command", "the run's command"),
    ("cwd", "the run's working directory"),
    ("provider.name", "the registry's product"),
    ("provider.credentials", "what its credentials are"),
];

/// Checks of this machine that conditions can ask for: `(name, what holds when it is true)`.
pub const LOCAL_CHECKS: &[(&str, &str)] = &[
    ("npmrc.no-credentials-for-registry", "no .npmrc in force has a credential for the registry"),
    ("npmrc.credentials-for-registry", "a .npmrc in force has a credential for the registry"),
    ("npmrc.key-path-mismatch", "there is a credential for the same host under another path or port"),
    ("npmrc.registry-without-trailing-slash", "the registry setting has a path and no slash at its end"),
    ("npmrc.key-without-trailing-slash", "the credential's key has no slash at its end"),
    ("npmrc.credentials-for-other-host", "the only credentials are for other hosts"),
    ("npmrc.scope-not-mapped", "the package's scope has no registry of its own"),
    ("npmrc.scope-mapping-typo", "a scope that differs by a letter or two has a registry of its own"),
    ("npmrc.unset-variable", "a credential or registry refers to a variable that is not set here"),
    ("npmrc.unscoped-auth", "a credential stands without its //host/ key"),
    ("npmrc.always-auth", "always-auth is set"),
    ("npmrc.legacy-token", "the token has the shape of a classic token, all of which were revoked"),
    ("npmrc.placeholder-token", "the token is a placeholder"),
    ("npmrc.proxy-set", "a proxy is configured in .npmrc or in the environment"),
    ("npmrc.no-proxy-set", "no proxy is configured"),
    ("npmrc.strict-ssl-false", "certificate checks are switched off"),
    ("npmrc.cafile-missing", "cafile or NODE_EXTRA_CA_CERTS names a file that does not exist"),
    ("npmrc.invalid-registry", "the registry setting is not a URL"),
    ("npmrc.invalid-loglevel", "loglevel has a value that npm does not know"),
    ("npmrc.engine-strict", "engine-strict is on"),
    ("npmrc.legacy-peer-deps", "legacy-peer-deps is on"),
    ("npmrc.min-release-age", "a minimum release age or a date limit is set"),
    ("npmrc.offline", "offline is on"),
    ("lockfile.missing", "the project has no lockfile"),
    ("lockfile.not-json", "package-lock.json is not JSON"),
    ("lockfile.conflict-markers", "the lockfile holds merge conflict markers"),
    ("lockfile.host-differs-from-registry", "the lockfile resolves to another host than the registry"),
    ("lockfile.other-client", "the project has another client's lockfile"),
    ("package.missing", "the folder has no package.json"),
    ("package.conflict-markers", "package.json holds merge conflict markers"),
    ("package.workspace-protocol", "package.json uses the workspace: protocol"),
    ("package.private", "package.json is marked private"),
    ("node_modules.missing", "the project has no node_modules"),
    ("node_modules.foreign", "node_modules was made by another client"),
];
