internal import Bytes
package import Services

/// The rotation functions that are part of the server. Each takes the same four steps as a function of AWS's; moving AWSCURRENT
/// in the last one is the engine's.
package enum Rotators {
    package static func all(_ surroundings: Surroundings) -> [any NativeRotator] {
        let bundle = surroundings.authorities ?? Authorities.ofSystem
        let postgres = PostgresServer(authorities: bundle)
        let mysql = MySQLServer(authorities: bundle)
        return [
            SingleUser(server: postgres, name: "undercroft-rotate-postgres-single"),
            AlternatingUsers(server: postgres, name: "undercroft-rotate-postgres-alternating"),
            SingleUser(server: mysql, name: "undercroft-rotate-mysql-single"),
            AlternatingUsers(server: mysql, name: "undercroft-rotate-mysql-alternating"),
            RedisUser(server: RedisServer(authorities: surroundings.authorities)),
            RandomValue(),
            Webhook(post: surroundings.post, now: surroundings.now),
        ]
    }

    /// The servers in which rehearsals get users of their own.
    package static func stages(_ surroundings: Surroundings) -> [any RehearsalStage] {
        let bundle = surroundings.authorities ?? Authorities.ofSystem
        return [
            ScratchUsers(server: PostgresServer(authorities: bundle)),
            ScratchUsers(server: MySQLServer(authorities: bundle)),
            RedisScratchUsers(server: RedisServer(authorities: surroundings.authorities)),
        ]
    }
}
