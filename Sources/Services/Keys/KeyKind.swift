internal import Bytes

/// What sort of key it is, in the words of the API.
extension KeyState {
    var keySpec: Text { "SYMMETRIC_DEFAULT" }
    var keyUsage: Text { "ENCRYPT_DECRYPT" }
    var origin: Text { "AWS_KMS" }
    var isMultiRegion: Bool { false }
}

extension KeyState {
    var isSymmetric: Bool { keySpec == "SYMMETRIC_DEFAULT" }
}
