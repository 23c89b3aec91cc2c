/**
 * A certificate for localhost and some names that nobody has (RFC 6761, .test), signed by itself,
 * with its key: made for these tests, valid until 2126, trusted by nobody.
 */

export const certificate = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUagAwIBAgIUOeD7LuNd7i3yXbnPcYkexIDyVXowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTE2MDA0MFoYDzIxMjYxMTAx
MTYwMDQwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASPI2zh5oaUO33JcvmTtfB+F0zfA4ZiBIE+Mzuy5rRrpRi2ijRX1/FL
luCskCDwFAZUEMJlcvrJcDyZ34QFaCTbo3QwcjBDBgNVHREEPDA6gglsb2NhbGhv
c3SCEmFwaS50YWlsc2NhbGUudGVzdIIPYXBpLmdpdGh1Yi50ZXN0gghzdHMudGVz
dDAMBgNVHRMEBTADAQH/MB0GA1UdDgQWBBTg8w/CrL/iU9C0NPLW6/WnhSnOFzAK
BggqhkjOPQQDAgNHADBEAiAJvbMtP/KlK7d+ic7vseqh+il2ngquVbHOA8KVEymY
qAIgNlQxsBsUS+M4EMlAqFVDqwpAhshVru83JLCc3PUk0AI=
-----END CERTIFICATE-----`;

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/i0YrzP/G8iewRTJ
5Eg4kK3KXpDO4wiJyUkhndNQSe6hRANCAASPI2zh5oaUO33JcvmTtfB+F0zfA4Zi
BIE+Mzuy5rRrpRi2ijRX1/FLluCskCDwFAZUEMJlcvrJcDyZ34QFaCTb
-----END PRIVATE KEY-----`;
