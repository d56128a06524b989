package import Bytes
internal import Wire

/// Functions as other services reach them, on nobody's signature but on the word of the functions' own policies.
package protocol FunctionDoor: Sendable {
    /// Whether the function is there and its policy lets Secrets Manager invoke it.
    ///
    /// - Parameter source: ARN of the secret that it is for: `aws:SourceArn`.
    func mayInvoke(_ function: Text, for source: Text, account: AccountID, _ house: House) async throws -> Bool

    func invoke(
        _ function: Text, payload: [UInt8], for source: Text, account: AccountID, _ house: House
    ) async throws -> FunctionOutcome
}

/// No function is there.
package struct NoFunctionDoor: FunctionDoor {
    package init() {}

    package func mayInvoke(
        _ function: Text, for source: Text, account: AccountID, _ house: House
    ) async throws -> Bool { false }

    package func invoke(
        _ function: Text, payload: [UInt8], for source: Text, account: AccountID, _ house: House
    ) async throws -> FunctionOutcome {
        FunctionOutcome(end: .unavailable("there are no functions here"), payload: [])
    }
}
