internal import Bytes

/// What of an `Authorization` header a client says again in request after request: all but the signature. Read once, it is
/// recognised by its bytes.
package final class SignatureTerms: Sendable {
    let credential: Credential
    let names: SignedNames
    /// The header up to its signature; empty where that is not the last thing in it.
    private let opening: ArraySlice<UInt8>

    init(credential: Credential, names: SignedNames, opening: ArraySlice<UInt8> = []) {
        self.credential = credential
        self.names = names
        self.opening = opening
    }

    private static let signatureLength = 64

    /// The part of a header that terms are recognised by; `nil` if it is too short to be one.
    package static func opening(of authorization: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        authorization.count > signatureLength ? authorization.dropLast(signatureLength) : nil
    }

    /// Whether `authorization` consists of these terms and, if what follows is one, a signature.
    func open(_ authorization: ArraySlice<UInt8>) -> Bool {
        let mine = opening
        guard !mine.isEmpty, let start = Self.opening(of: authorization) else { return false }
        let (span, known) = (start.span, mine.span)
        return span.isSame(as: known)
    }

    /// Whether terms could be recognised again.
    package var canRecur: Bool { !opening.isEmpty }

    static func signature(of authorization: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        authorization.suffix(signatureLength)
    }
}
