internal import Bytes
internal import Policy
internal import Wire

/// Key stores outside of KMS. None can be had here: there is no CloudHSM cluster and no external key manager that this program
/// would speak to. So the answers are those to an account that has none, and never a pretended store.
extension Keys {
    static let customKeyStoreQuota = Quota("kms-custom-key-stores", 5)

    enum CustomKeyStoreShapes {
        static let id = Shape.string(1...64)
        static let name = Shape.string(1...256)
        static let type = Shape.oneOf("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
        static let certificate = Shape.string(1...5000)
        static let password = Shape.string(7...32)
        static let connectivity = Shape.oneOf("PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE")
        static let owner = Shape.string(12...12, .each(of: "0-9", text: "[0-9]{12}"))
        static let cluster = Shape.string(
            19...24,
            Pattern("cluster-[2-7a-zA-Z]{11,16}") { text in
                let letters: CharacterClass = "2-7a-zA-Z"
                guard let rest = text.dropping("cluster-"), (11...16).contains(rest.utf8.count) else { return false }
                return rest.string.unicodeScalars.allSatisfy(letters.contains)
            }
        )
        static let endpoint = Shape.string(
            10...128, .prefixed(by: "https://", then: "a-zA-Z0-9.-", text: "^https://[a-zA-Z0-9.-]+$")
        )
        static let path = Shape.string(
            10...128,
            Pattern("^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$") { isPath($0.string) }
        )
        static let service = Shape.string(
            20...64,
            Pattern("^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$") { isService($0) }
        )
        static let credential = Shape.structure([
            .required("AccessKeyId", .string(20...30, .each(of: "A-Z2-7", text: "^[A-Z2-7]+$")), sensitive: true),
            .required(
                "RawSecretAccessKey",
                .string(43...64, .each(of: "a-zA-Z0-9/+=", text: "^[a-zA-Z0-9\\/+=]+$")),
                sensitive: true
            ),
        ])

        /// What Create and Update have in common.
        static let proxy: [ShapeMember] = [
            .optional("XksProxyUriEndpoint", endpoint), .optional("XksProxyUriPath", path),
            .optional("XksProxyVpcEndpointServiceName", service), .optional("XksProxyVpcEndpointServiceOwner", owner),
            .optional("XksProxyAuthenticationCredential", credential), .optional("XksProxyConnectivity", connectivity),
        ]

        private static func isPath(_ text: String) -> Bool {
            guard let end = text.ranges(of: "/kms/xks/v").last else { return false }
            let (prefix, version) = (text[..<end.lowerBound], text[end.upperBound...])
            let letters: CharacterClass = "a-zA-Z0-9/_-"
            let digits: CharacterClass = "0-9"
            return (1...2).contains(version.count) && version.unicodeScalars.allSatisfy(digits.contains)
                && (prefix.isEmpty || (prefix.hasPrefix("/") && prefix.count > 1))
                && prefix.unicodeScalars.allSatisfy(letters.contains)
        }

        private static func isService(_ text: Text) -> Bool {
            let parts = text.split(on: 0x2E)
            guard parts.count == 5, ["com", "eu"].contains(parts[0]), parts[1] == "amazonaws", parts[2] == "vpce",
                let id = parts[4].dropping("vpce-svc-"), !id.isEmpty
            else { return false }
            let (lower, digits, both): (CharacterClass, CharacterClass, CharacterClass) = ("a-z", "0-9", "0-9a-z")
            let region = parts[3].split(on: 0x2D)
            guard (3...4).contains(region.count), let last = region.last, !last.isEmpty,
                last.string.unicodeScalars.allSatisfy(digits.contains)
            else { return false }
            return region.dropLast().allSatisfy { !$0.isEmpty && $0.string.unicodeScalars.allSatisfy(lower.contains) }
                && id.string.unicodeScalars.allSatisfy(both.contains)
        }
    }

    static func noCustomKeyStore(_ name: Text) -> Fault {
        Fault("CustomKeyStoreNotFoundException", "Custom key store \(name) does not exist.")
    }

    /// Custom key stores are no resources of policies.
    static func customKeyStoreQuestion(_ action: Text, _ call: Call) -> Question {
        var keys = call.conditionKeys
        keys.add("kms:CallerAccount", call.caller.account.text)
        return Question(action: action, resource: "*", shown: nil, owner: call.place.account, keys: keys)
    }
}
