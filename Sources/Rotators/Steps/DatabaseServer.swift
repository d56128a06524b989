internal import Bytes
internal import Seal

/// A kind of database whose users have passwords. Its calls block: they are made on ``BlockingThreads``.
protocol DatabaseServer: Sendable {
    associatedtype Connection: DatabaseConnection

    var kind: ServerKind { get }
    /// Of names of users.
    func nameLimit(_ engine: Text) -> NameLimit
    /// - Parameter isSecured: with TLS, and a certificate for this host from an authority that is trusted here.
    func connect(_ login: Login, isSecured: Bool) throws(Refusal) -> Connection
}

protocol DatabaseConnection {
    /// Whether the server asked for the password at all.
    var isProven: Bool { get }
    /// The hosts from which the user may log in, where that is part of who it is.
    func origin() throws(Refusal) -> Text
    /// A query that changes nothing.
    func ask() throws(Refusal)
    func changeOwnPassword(_ username: Text, to password: SecretBytes) throws(Refusal)
    /// Gives `clone.username` the rights of `clone.original` and its password last, so that the password works only once
    /// everything is done.
    func provide(_ clone: Clone) throws(Refusal)
    /// Whether or not there is such a user.
    func remove(_ username: Text) throws(Refusal)
}

struct NameLimit: Sendable, Equatable {
    var count: Int
    /// Else in characters.
    var isInBytes: Bool
}

/// The other one of two alternating users.
struct Clone: Sendable {
    var username: Text
    var password: SecretBytes
    var original: Text
    var origin: Text
    /// What nobody knows, for the time until the rights are copied.
    var interim: SecretBytes
}

/// Why a server did not do what it was asked. The words hold nothing of a statement: statements hold passwords.
enum Refusal: Error {
    /// User and password don't open it.
    case login(String)
    /// No TLS, or a certificate that proves nothing.
    case unsecured(String)
    case unreachable(String)
    case statement(String)
}
