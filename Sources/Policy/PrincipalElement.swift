package import Bytes

/// One entry of `Principal` or `NotPrincipal`.
///
/// What names a user or role by ARN may be held to the unique id that it had when the policy was written: then the id alone
/// tells who is meant, whatever has the name now (see ``PolicyDocument/held(to:)``).
package enum PrincipalElement: Sendable, Equatable {
    case everyone
    /// An account id, or its root ARN: the account itself, which delegates to its own policies.
    case account(Text)
    case user(arn: Text, id: Text? = nil)
    case role(arn: Text, id: Text? = nil)
    /// `id` is the role's.
    case roleSession(arn: Text, id: Text? = nil)
    case federatedSession(arn: Text)
    /// `AIDA…` or `AROA…`: how AWS stores (and shows, once it is gone) a user or role.
    case uniqueID(Text)
    case service(host: Text)
    case federated(provider: Text)
    case canonicalUser(Text)
}

extension PrincipalElement {
    /// As a policy writes it; an account as its root's ARN.
    package var text: Text {
        switch self {
        case .everyone: "*"
        case .account(let account): "arn:aws:iam::\(account):root"
        case .user(let arn, _), .role(let arn, _), .roleSession(let arn, _), .federatedSession(let arn): arn
        case .uniqueID(let id), .canonicalUser(let id): id
        case .service(let host): host
        case .federated(let provider): provider
        }
    }

    /// - Parameter ids: unique ids by ARN.
    func held(to ids: [Text: Text]) -> PrincipalElement {
        switch self {
        case .user(let arn, let id): .user(arn: arn, id: ids[arn] ?? id)
        case .role(let arn, let id): .role(arn: arn, id: ids[arn] ?? id)
        case .roleSession(let arn, let id): .roleSession(arn: arn, id: ids[arn] ?? id)
        case .everyone, .account, .federatedSession, .uniqueID, .service, .federated, .canonicalUser: self
        }
    }

    /// An entry under `AWS`.
    package init(aws text: Text) throws(MalformedPolicy) {
        if text == "*" {
            self = .everyone
        } else if AccountID(text) != nil {
            self = .account(text)
        } else if PrincipalElement.isUniqueID(text) {
            self = .uniqueID(text)
        } else {
            try self.init(arn: text)
        }
    }

    private static func isUniqueID(_ text: Text) -> Bool {
        (text.hasPrefix("AIDA") || text.hasPrefix("AROA")) && (16...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }
    }

    private init(arn text: Text) throws(MalformedPolicy) {
        let parts = text.split(on: 0x3A, limit: 6)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[3].isEmpty,
            AccountID(parts[4]) != nil
        else { throw MalformedPolicy("not the ARN or account of a principal", kind: .principal) }
        guard !text.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F }) else {
            throw MalformedPolicy("a wildcard inside a principal's ARN", kind: .principal)
        }
        let name = parts[5].split(on: 0x2F)
        guard name.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(PrincipalElement.isNameByte) }) else {
            throw MalformedPolicy("not the name of a principal", kind: .principal)
        }
        switch (parts[2], name.first, name.count) {
        case ("iam", "root", 1): self = .account(parts[4])
        case ("iam", "user", 2...): self = .user(arn: text)
        case ("iam", "role", 2...): self = .role(arn: text)
        case ("sts", "assumed-role", 3): self = .roleSession(arn: text)
        case ("sts", "federated-user", 2): self = .federatedSession(arn: text)
        default: throw MalformedPolicy("this kind of ARN is not a principal", kind: .principal)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != 0x3A && byte != 0x24 }

    init(service text: Text) throws(MalformedPolicy) {
        let labels = text.split(on: 0x2E)
        let isHost =
            labels.count >= 3
            && labels.allSatisfy { label in
                !label.isEmpty
                    && label.utf8.allSatisfy {
                        ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D
                    }
            }
        let domain = Array(labels.suffix(labels.last == "cn" ? 3 : 2))
        guard isHost, [["amazonaws", "com"], ["amazonaws", "com", "cn"], ["amazon", "com"]].contains(domain) else {
            throw MalformedPolicy("not the host name of a service", kind: .servicePrincipal)
        }
        self = .service(host: text)
    }

    init(federated text: Text) throws(MalformedPolicy) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2A && $0 != 0x3F }) else {
            throw MalformedPolicy("not an identity provider", kind: .principal)
        }
        self = .federated(provider: text)
    }

    init(canonicalUser text: Text) throws(MalformedPolicy) {
        guard text.utf8.count == 64, Hex.decode(text.utf8) != nil else {
            throw MalformedPolicy("not a canonical user id", kind: .principal)
        }
        self = .canonicalUser(text)
    }
}
