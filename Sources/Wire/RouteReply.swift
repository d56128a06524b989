package import Bytes

/// How REST-JSON sends an operation's output: what of it is not a member of a JSON body.
package struct RouteReply: Sendable {
    var status: Int
    /// The member that says the status instead.
    var statusMember: Text?
    /// Members and the headers that they travel in.
    var headers: [(member: Text, name: String)]
    /// The member that is the body, as it is.
    var payload: Text?

    package init(
        status: Int = 200, statusMember: Text? = nil, headers: [(member: Text, name: String)] = [],
        payload: Text? = nil
    ) {
        self.status = status
        self.statusMember = statusMember
        self.headers = headers
        self.payload = payload
    }

    func reply(_ fields: Fields, hasResult: Bool) -> Reply {
        let status = statusMember.flatMap { fields.integer($0) }.map { Int($0) } ?? self.status
        var sent: [Header] = []
        var rest = fields
        for (member, name) in headers {
            if let value = fields.text(member) { sent.append(Header(name, value.string)) }
        }
        rest.members.removeAll { member in
            member.name == statusMember || headers.contains { $0.member == member.name }
        }
        var body = ByteBuilder(capacity: 512)
        if let payload {
            switch fields[payload] {
            case .secret(let secret)?: body.append(secret.bytes)
            case .blob(let bytes)?: body.append(bytes)
            default: break
            }
        } else if hasResult {
            body.append(json: rest)
        }
        let isEmpty = body.bytes.isEmpty
        return Reply(
            status: status, contentType: isEmpty ? "" : Dialect.restJSON.contentType, headers: sent, body: body.bytes)
    }
}
