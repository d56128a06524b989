import Bytes
import Testing

@testable import Rotators

struct GrantLineTests {
    private func said(_ line: String, of user: Text = "app", at host: Text = "%") -> String? {
        GrantLine(Array(line.utf8), of: user, at: host).map {
            String(decoding: $0.head + Array("‹CLONE›".utf8) + $0.tail, as: UTF8.self)
        }
    }

    @Test("the way of logging in is not copied, options are")
    func options() {
        #expect(
            said("GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3")
                == "GRANT USAGE ON *.* TO ‹CLONE› REQUIRE SSL WITH MAX_USER_CONNECTIONS 3")
        #expect(
            said(
                "GRANT SELECT ON `a`.* TO 'app'@'%' IDENTIFIED VIA ed25519 USING 'x y' OR unix_socket WITH GRANT OPTION"
            )
                == "GRANT SELECT ON `a`.* TO ‹CLONE› WITH GRANT OPTION")
        #expect(said("GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED WITH 'p' AS 'q'") == "GRANT USAGE ON *.* TO ‹CLONE› ")
    }

    @Test("words in quotes are names")
    func quotes() {
        #expect(
            said("GRANT SELECT ON `a TO b`.`x``y TO z` TO `app`@`%`")
                == "GRANT SELECT ON `a TO b`.`x``y TO z` TO ‹CLONE›")
        #expect(said("GRANT SELECT ON *.* TO `a``p p`@`10.%`", of: "a`p p", at: "10.%") != nil)
        #expect(said("GRANT SELECT ON *.* TO 'o\\'b'@'%'", of: "o'b") != nil)
    }

    @Test("roles, their default, and what is taken back")
    func roles() {
        #expect(said("GRANT `r`@`%` TO `app`@`%` WITH ADMIN OPTION") == "GRANT `r`@`%` TO ‹CLONE› WITH ADMIN OPTION")
        #expect(said("SET DEFAULT ROLE `r` FOR `app`@`%`") == "SET DEFAULT ROLE `r` FOR ‹CLONE›")
        #expect(said("REVOKE SELECT ON `m`.* FROM `app`@`%`") == "REVOKE SELECT ON `m`.* FROM ‹CLONE›")
    }

    @Test("a bare USAGE says nothing")
    func usage() {
        func saysNothing(_ line: String) -> Bool? { GrantLine(Array(line.utf8), of: "app", at: "%")?.saysNothing }
        #expect(saysNothing("GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB'") == true)
        #expect(saysNothing("GRANT USAGE ON *.* TO `app`@`%` REQUIRE SSL") == false)
        #expect(saysNothing("GRANT SELECT ON *.* TO `app`@`%`") == false)
    }

    @Test("grants to others are not the clone's")
    func others() {
        #expect(said("GRANT SELECT ON *.* TO `r`") == nil)
        #expect(said("GRANT SELECT ON *.* TO `app`@`localhost`") == nil)
        #expect(said("") == nil)
        #expect(said("GRANT ALL ON *.* TO") == nil)
    }
}
