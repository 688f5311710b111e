/// A certificate for localhost and keys, made for these tests: they protect nothing.
package enum TLSFiles {
  package static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBfzCCASWgAwIBAgIUFQso3N61OPczKsmJORendqTQkrwwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzA0MjIxOFoYDzIxMjYxMTAz
    MDQyMjE4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAATIFFykh8hBHSFI01F1q/EJCTuHGhhekb8gbijpkMeClJuJR1So6kSy
    9vW0F+qPihIluOHjGZFi3B3yXgiKZppUo1MwUTAdBgNVHQ4EFgQUfonsdfs302qP
    FbEobtEIEMuy+q0wHwYDVR0jBBgwFoAUfonsdfs302qPFbEobtEIEMuy+q0wDwYD
    VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAmthqbEGGC9d8PoCy2y5cC
    zhI+Ah2hEg1syb4l51PurAIhAKqyLE5zN3VNrDQhauUIuMzHuL6qjswM3FJnrqbI
    p8i/
    -----END CERTIFICATE-----
    """
  package static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZAdJa1B2qG/An+hk
    gyt6mXVzDWun+FBr0dplJYPLcvihRANCAATIFFykh8hBHSFI01F1q/EJCTuHGhhe
    kb8gbijpkMeClJuJR1So6kSy9vW0F+qPihIluOHjGZFi3B3yXgiKZppU
    -----END PRIVATE KEY-----
    """
  package static let otherKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOY2lyrC7AMrJL7Gr
    9wZOpX+aHdyI5u3r2md3na4nNrGhRANCAAQ4Y/kwPDiMCZ0y6qcNKcLRCAsXN6pa
    K28fTSR1ZTg4gy21t/9RI/oLKNiSb1++W4RI7icLE7UlhQDgsU4KdLfw
    -----END PRIVATE KEY-----
    """
  /// `key`, locked by the password "glint".
  package static let lockedKey = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhkEhI6lr96UAICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECHho0nJulwVD8vUCK49b88EgZDz
    WfSiGWdxn6GiYJy4tLF+J1nIS4dV5pjdwIQnIXXan/TKMns+U9awVgJYnE5FM3eu
    JV6Zmit3+eM8zf5kBG/oskzz3qBywh8ILRGw4tR++EZKL0wtg1tTWrd3a6fE8WCD
    iU7UQGIIGKIzr1brO4FRrACYBVib8+QnQcKhVBgdCxNAqLJG37u7rtvkeD9Hyo0=
    -----END ENCRYPTED PRIVATE KEY-----
    """
}
