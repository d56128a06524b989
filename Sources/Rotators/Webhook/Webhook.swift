internal import Bytes
internal import Seal
internal import Services

/// Each step is a call of the owner's own webhook: for whatever has passwords and no rotator here.
struct Webhook: NativeRotator {
    let post: Surroundings.Post
    let now: @Sendable () -> Timestamp

    var name: Text { "undercroft-rotate-http" }
    var summary: Text {
        "Draws a new password and calls a webhook for each step, signed with HMAC-SHA-256. The webhook sets and tests it."
    }
    var schema: [RotatorField] {
        [
            RotatorField("password", isRequired: true, "Rotated."),
            RotatorField(
                "rotation_url", isRequired: false,
                "Where to POST each step: https, or http on loopback. Else the tag undercroft:rotation-url."),
            RotatorField("rotation_key", isRequired: true, "Key of the signatures, 16 bytes or more. Never sent."),
        ]
    }

    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
        if event.step == .create {
            // Refused before there is a pending value.
            _ = try await target(vault)
            try await Creation.run(vault) { _ throws(RotationFailure) in }
        }
        let target = try await target(vault)
        var body: Fields = [
            "Step": .string(event.step.rawValue), "SecretId": .string(event.secretARN),
            "ClientRequestToken": .string(event.token),
        ]
        var sent: [Text] = []
        if event.step == .set || event.step == .test {
            let pending = try SecretDocument(try await vault.required(.pending), .pending)
            body.add("PendingValue", .structure(pending.without("rotation_key")))
            body.add("CurrentValue", .structure(target.current.without("rotation_key")))
            sent = [pending, target.current].compactMap { $0.fields.text("password") }
        }
        try await call(target, body, event, hiding: sent + [target.key])
    }

    private struct Target {
        var url: Text
        var key: Text
        var current: SecretDocument
    }

    private func target(_ vault: any RotationVault) async throws(RotationFailure) -> Target {
        let current = try SecretDocument(try await vault.required(.current), .current)
        let key = try current.required("rotation_key")
        guard key.utf8.count >= 16 else { throw current.invalid("rotation_key", "is shorter than 16 bytes") }
        _ = try current.required("password")
        let own = try current.text("rotation_url")
        let tagged = own == nil ? try await vault.tag("undercroft:rotation-url") : nil
        guard let url = own ?? tagged else {
            throw RotationFailure(
                "InvalidSecret", "The secret has no \"rotation_url\", nor a tag undercroft:rotation-url.")
        }
        guard WebhookAddress.isSafe(url) else {
            throw RotationFailure(
                "InvalidSecret",
                "The webhook's address has to begin with https://, or with http:// and a loopback host, and name no user."
            )
        }
        return Target(url: url, key: key, current: current)
    }

    private func call(
        _ target: Target, _ body: Fields, _ event: RotationEvent, hiding secrets: [Text]
    ) async throws(RotationFailure) {
        var builder = ByteBuilder()
        builder.append(json: body)
        defer { Wipe.wipe(&builder.bytes) }
        let time = "\(now().seconds)"
        let headers: [(name: Text, value: Text)] = [
            ("Content-Type", "application/json"), ("Undercroft-Timestamp", Text(time)),
            ("Undercroft-Signature", WebhookSignature.make(target.key, time, builder.bytes)),
        ]
        let answer: (status: Int, body: [UInt8])
        do { answer = try await post(target.url, headers, builder.bytes) } catch {
            throw RotationFailure(
                "Unreachable",
                "\(event.step.rawValue): the webhook \(WebhookAddress.shown(target.url)) gave no answer: \(Reason.of(error)). It is tried again."
            )
        }
        guard !(200...299).contains(answer.status) else { return }
        throw RotationFailure(
            "WebhookFailed",
            "\(event.step.rawValue): the webhook \(WebhookAddress.shown(target.url)) answered \(answer.status)\(Self.words(answer.body, hiding: secrets))."
        )
    }

    /// The beginning of an answer, unless it repeats what it was told in confidence.
    private static func words(_ body: [UInt8], hiding secrets: [Text]) -> String {
        let text = String(decoding: body, as: UTF8.self)
        guard !secrets.contains(where: { !$0.isEmpty && text.contains($0.string) }) else {
            return "; its words repeat a password and are not shown"
        }
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.isEmpty ? " without a word" : ": \(Shown.text(Text(line), limit: 200))"
    }
}
