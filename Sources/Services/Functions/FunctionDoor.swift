package import Bytes

/// Functions as the rotation engine reaches them, on nobody's signature but on the word of the functions' own policies.
package protocol FunctionDoor: Sendable {
    /// Whether the function is there and its policy lets Secrets Manager invoke it.
    ///
    /// - Parameter source: ARN of the secret that it is for: `aws:SourceArn`.
    func mayInvoke(_ function: Text, for source: Text, account: AccountID, _ house: House) async throws -> Bool

    func invoke(_ function: Text, payload: [UInt8], for source: Text, _ house: House) async throws -> FunctionOutcome

    /// ARN of its execution role; `nil` if there is no such function.
    func role(of function: Text, _ house: House) async throws -> Text?
}

extension Functions {
    /// The functions of this server.
    package struct Door: FunctionDoor {
        package init() {}

        package func mayInvoke(
            _ function: Text, for source: Text, account: AccountID, _ house: House
        ) async throws -> Bool {
            try await Functions.mayInvoke(function, source: source, account: account, house: house)
        }

        package func invoke(
            _ function: Text, payload: [UInt8], for source: Text, _ house: House
        ) async throws -> FunctionOutcome {
            try await Functions.invoke(
                function, payload: payload, by: API.secretsManager.eventSource, source: source, house: house)
        }

        package func role(of function: Text, _ house: House) async throws -> Text? {
            try await Functions.role(of: function, house: house)
        }
    }
}
