internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum CreateCustomKeyStore: ReadOperation {
        static let name: Text = "CreateCustomKeyStore"
        static let api = API.kms
        static let quota = customKeyStoreQuota
        static let input = Structure(
            [
                .required("CustomKeyStoreName", CustomKeyStoreShapes.name),
                .optional("CloudHsmClusterId", CustomKeyStoreShapes.cluster),
                .optional("TrustAnchorCertificate", CustomKeyStoreShapes.certificate),
                .optional("KeyStorePassword", CustomKeyStoreShapes.password, sensitive: true),
                .optional("CustomKeyStoreType", CustomKeyStoreShapes.type),
            ] + CustomKeyStoreShapes.proxy
        )

        /// What would be needed to make the store, none of which exists: the input is the reason why it can't be made.
        static func decode(_ fields: Fields) throws(Fault) -> Fault {
            if fields.text("CustomKeyStoreType") == "EXTERNAL_KEY_STORE" { return try external(fields) }
            guard let cluster = fields.text("CloudHsmClusterId"), fields.text("TrustAnchorCertificate") != nil,
                fields.secret("KeyStorePassword") != nil
            else {
                throw .frontEnd(
                    "ValidationException",
                    "CloudHsmClusterId, TrustAnchorCertificate and KeyStorePassword are required for custom key stores of type AWS_CLOUDHSM."
                )
            }
            return Fault(
                "CloudHsmClusterNotFoundException", "No CloudHSM cluster \(cluster) can be found: this server has none."
            )
        }

        private static func external(_ fields: Fields) throws(Fault) -> Fault {
            guard let endpoint = fields.text("XksProxyUriEndpoint"), let path = fields.text("XksProxyUriPath"),
                let connectivity = fields.text("XksProxyConnectivity"),
                fields.fields("XksProxyAuthenticationCredential") != nil
            else {
                throw .frontEnd(
                    "ValidationException",
                    "XksProxyUriEndpoint, XksProxyUriPath, XksProxyConnectivity and XksProxyAuthenticationCredential are required for custom key stores of type EXTERNAL_KEY_STORE."
                )
            }
            guard connectivity == "VPC_ENDPOINT_SERVICE" else {
                return Fault(
                    "XksProxyUriUnreachableException",
                    "\(endpoint)\(path) can't be reached: this server calls no external key store proxy."
                )
            }
            guard let service = fields.text("XksProxyVpcEndpointServiceName") else {
                throw .frontEnd(
                    "ValidationException",
                    "XksProxyVpcEndpointServiceName is required where XksProxyConnectivity is VPC_ENDPOINT_SERVICE."
                )
            }
            return Fault(
                "XksProxyVpcEndpointServiceNotFoundException",
                "The VPC endpoint service \(service) can't be found: this server has none."
            )
        }

        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Fault, _ call: Call) throws {}

        static func asks(_ input: Fault, _ subject: Void, _ call: Call) -> [Question] {
            [customKeyStoreQuestion("kms:CreateCustomKeyStore", call)]
        }

        static func answer(_ call: Authorized<Self>) throws { throw call.input }
    }
}
