import Bytes
import Foundation
import Policy
import TestKit
import Testing
import Wire

@testable import Services

/// The one door, walked with signed requests.
@Suite struct GateTests {
    private static let token: Text = "11111111-2222-3333-4444-555555555555"

    private func inWorld(_ body: (World) async throws -> Void) async throws {
        let world = try await World()
        try await body(world)
        await world.close()
    }

    @Test func aSecretGoesInAndComesOut() async throws {
        try await inWorld { world in
            let made = await world.send(
                "CreateSecret",
                ["Name": "a", "ClientRequestToken": .string(Self.token), "SecretString": "s3cr3t"]
            )
            #expect(made.status == 200)
            let got = await world.send("GetSecretValue", ["SecretId": "a"])
            #expect(got.fields.text("SecretString") == "s3cr3t")
            #expect(got.fields.text("VersionId") == Self.token)
        }
    }

    @Test func everyCallHasOneRecordAndNestedOnesTheirs() async throws {
        try await inWorld { world in
            _ = await world.send(
                "CreateSecret",
                ["Name": "a", "ClientRequestToken": .string(Self.token), "SecretString": "canary-value"]
            )
            _ = await world.send("GetSecretValue", ["SecretId": "a"])
            _ = await world.send("GetSecretValue", ["SecretId": "missing"])
            let records = try await world.records()
            let names = records.compactMap { $0.text("eventName") }
            #expect(names.filter { $0 == "CreateSecret" }.count == 1)
            #expect(names.filter { $0 == "GetSecretValue" }.count == 2)
            #expect(names.contains("GenerateDataKey"))
            #expect(names.contains("Decrypt"))
            let failed = records.filter { $0.text("errorCode") != nil }
            #expect(failed.map { $0.text("errorCode") } == ["ResourceNotFoundException"])
            #expect(failed.first?.fields("requestParameters")?.text("secretId") == "missing")
            for record in records {
                var out = ByteBuilder()
                out.append(json: record)
                #expect(!String(decoding: out.bytes, as: UTF8.self).contains("canary-value"))
            }
        }
    }

    @Test func whatCannotBeRecordedIsNotAnswered() async throws {
        try await inWorld { world in
            _ = await world.send(
                "CreateSecret",
                ["Name": "a", "ClientRequestToken": .string(Self.token), "SecretString": "s3cr3t"]
            )
            #expect(await world.send("GetSecretValue", ["SecretId": "a"]).status == 200)
            world.clock.advance(milliseconds: 3_600_000)
            let next = "\(world.folder)/trail/\(Segment(number: 2, at: world.clock.now).name)"
            try FileManager.default.createDirectory(atPath: next, withIntermediateDirectories: false)
            let refused = await world.send("GetSecretValue", ["SecretId": "a"])
            #expect(refused.status == 500)
            #expect(refused.code == "InternalServiceError")
            #expect(refused.fields.text("SecretString") == nil)
            #expect(world.house.trail.failure != nil)
            try FileManager.default.removeItem(atPath: next)
            #expect(await world.send("GetSecretValue", ["SecretId": "a"]).status == 200)
            #expect(world.house.trail.failure == nil)
        }
    }

    @Test func unknownOperationsAndBadBodiesAreToldApart() async throws {
        try await inWorld { world in
            #expect(await world.send("StopReplicationToReplica", ["SecretId": "a"]).code == "UnknownOperationException")
            let target: Text = "secretsmanager.GetSecretValue"
            for body in ["", "[]", "{", "{\"SecretId\":1}", "{\"SecretId\":\"a\",}"] {
                let answer = await world.send(raw: Array(body.utf8), target: target, service: "secretsmanager")
                #expect(answer.code == "SerializationException", "\(body)")
            }
            let empty = await world.send("GetSecretValue", [:])
            #expect(empty.code == "ValidationException")
            #expect(
                empty.message
                    == "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null"
            )
        }
    }

    @Test func throttledCallsAreRefusedAndRecorded() async throws {
        let world = try await World(quotas: QuotaPolicy(overrides: ["secretsmanager-random-password": 2]))
        for _ in 0..<2 { #expect(await world.send("GetRandomPassword", [:]).status == 200) }
        let refused = await world.send("GetRandomPassword", [:])
        #expect(refused.code == "ThrottlingException")
        #expect(refused.message == "Rate exceeded")
        #expect(try await world.records().last?.text("errorCode") == "ThrottlingException")
        await world.close()
    }
}
