//! The prefix `sync-` of hosts, which the SDK puts before the host of synchronous operations.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// Removes the prefix from a request to an endpoint that has no other hosts.
pub(crate) fn without_prefix_if_local(request: &mut HttpRequest) {
    if let Some(address) = without_prefix(request.uri()) {
        // The address was valid with the prefix.
        let _ = request.set_uri(address);
    }
}

/// The address without the prefix that the operation puts before the host. An endpoint that is an IP address or
/// `localhost` has no other hosts.
fn without_prefix(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://sync-")?;
    let host = rest.split(['/', ':']).next()?;
    let is_local = host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok();
    is_local.then(|| format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_endpoints_have_no_prefix() {
        for (address, expected) in [
            (
                "http://sync-127.0.0.1:4566/",
                Some("http://127.0.0.1:4566/"),
            ),
            ("http://sync-localhost/", Some("http://localhost/")),
            ("https://sync-states.eu-west-1.amazonaws.com/", None),
            ("https://sync-localhost.example.com/", None),
        ] {
            assert_eq!(without_prefix(address).as_deref(), expected, "{address}");
        }
    }
}
