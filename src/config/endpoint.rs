//! URLs of nodes, read as a connecting program reads them, and as the service's own check reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A URL, taken apart. Nothing of its user information is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The scheme in lower case.
    pub scheme: String,
    /// The host in lower case, without brackets.
    pub host: String,
    /// True when something stands before an `@`.
    pub has_user: bool,
}

impl Endpoint {
    /// Takes a URL apart. The authority ends at the first `/`, `?` or `#`, and the host starts after its last `@`.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (user, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = match address.strip_prefix('[') {
            Some(inside) => inside.split_once(']')?.0,
            None => address.split(':').next().unwrap_or_default(),
        };
        (!host.is_empty()).then(|| Self {
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_ascii_lowercase(),
            has_user: !user.is_empty(),
        })
    }

    /// True when the host is this host, by address or by its one reserved name.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// True when the scheme encrypts and names who answers.
    pub fn is_tls(&self) -> bool {
        matches!(self.scheme.as_str(), "grpcs" | "https" | "wss")
    }
}

/// True for the loopback addresses and `localhost`.
pub fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// True for the addresses that mean every interface.
pub fn is_everywhere(listen: &str) -> bool {
    let host = match listen.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => listen.rsplit_once(':').map_or(listen, |(host, _)| host),
    };
    host.is_empty()
        || host == "*"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_unspecified())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_unspecified())
}

/// A URL as the service's check takes it apart: see the faults in `docs/rules.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// The scheme.
    pub scheme: String,
    /// True when it believes the host to be this one.
    pub is_local: bool,
    /// True when it sees user information.
    pub has_user: bool,
}

impl ServiceView {
    /// What the service sees; nothing when it sees no host.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        let (user, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = address.split(':').next().unwrap_or_default();
        if host.is_empty() {
            return None;
        }
        // By prefix, and letter by letter: `127.evil.example` passes, `[::1]` and `LOCALHOST` do not.
        let is_local = host == "localhost" || host == "::1" || host.starts_with("127.");
        Some(Self { scheme: scheme.to_owned(), is_local, has_user: !user.is_empty() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_an_address_and_not_a_prefix() {
        for (url, ours, theirs) in [
            ("grpc://127.0.0.1:16110", true, true),
            ("grpc://127.1.2.3", true, true),
            ("grpc://localhost:1", true, true),
            ("grpc://LOCALHOST:1", true, false),
            ("grpc://localhost.:1", true, false),
            ("grpc://[::1]:16110", true, false),
            ("grpc://127.evil.example:16110", false, true),
            ("grpc://evil#@127.0.0.1", false, true),
            ("grpc://127.0.0.1@evil.example", false, false),
            ("grpc://127.0.0.1.evil.example", false, true),
            ("grpc://localhost.evil.example", false, false),
            ("grpc://0.0.0.0:1", false, false),
            ("grpc://node.example.com", false, false),
            ("grpc://[::ffff:8.8.8.8]:1", false, false),
        ] {
            assert_eq!(Endpoint::parse(url).expect(url).is_loopback(), ours, "{url}");
            assert_eq!(ServiceView::of(url).expect(url).is_local, theirs, "{url}");
        }
        for url in ["", "grpc://", "127.0.0.1:16110", "grpc:///x", "grpc://[::1", "grpc://u@"] {
            assert_eq!(Endpoint::parse(url), None, "{url}");
        }
        let endpoint = Endpoint::parse("GRPCS://token@node.example.com:1/x").expect("a URL");
        assert!(endpoint.is_tls() && endpoint.has_user);
    }

    #[test]
    fn every_interface_is_recognised() {
        for listen in ["0.0.0.0:8088", "[::]:8088", ":8088", "*:80", "0.0.0.0"] {
            assert!(is_everywhere(listen), "{listen}");
        }
        for listen in ["127.0.0.1:8088", "[::1]:80", "10.0.0.1:80", "localhost:80"] {
            assert!(!is_everywhere(listen), "{listen}");
        }
    }
}
