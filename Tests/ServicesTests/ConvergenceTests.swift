import Bytes
import Testing

@testable import Services

@Suite struct ConvergenceTests {
    private static let arn: Text = "arn:aws:secretsmanager:us-west-2:000000000001:secret:db-AbCdEf"
    private static let rotated = Timestamp(seconds: 1_800_000_000)

    private func record(
        _ who: Text, _ seconds: Int64, _ asked: Fields = ["secretId": "db"], error: Text? = nil,
        region: Text = "us-west-2"
    ) -> Fields {
        var fields: Fields = [
            "eventName": "GetSecretValue", "awsRegion": .string(region), "sourceIPAddress": "10.0.0.1",
            "eventTime": .string(Timestamp(seconds: Self.rotated.seconds + seconds).iso8601),
            "userIdentity": .structure(["arn": .string(who)]), "requestParameters": .structure(asked),
        ]
        fields.add("errorCode", error)
        return fields
    }

    private func readers(_ records: [Fields]) -> [Convergence.Reader] {
        var convergence = Convergence(
            arn: Self.arn, name: "db", rotated: Self.rotated, since: Self.rotated + -86_400_000)
        for record in records { convergence.add(record) }
        return convergence.readers
    }

    @Test func theLastReadDecides() {
        let found = readers([
            record("a", -50), record("a", 10), record("b", -20), record("b", -40), record("c", -30),
            record("c", 5, error: "AccessDenied"),
        ])
        #expect(found.map(\.principal) == ["c", "b", "a"])
        #expect(found.map(\.isBehind) == [true, true, false])
        #expect(found[1].lastRead == Timestamp(seconds: Self.rotated.seconds - 20))
    }

    @Test func everyNameOfTheSecretCountsAndNoOtherSecrets() {
        let partial: Text = "arn:aws:secretsmanager:us-west-2:000000000001:secret:db"
        let found = readers([
            record("name", -1), record("arn", -1, ["secretId": .string(Self.arn)]),
            record("partial", -1, ["secretId": .string(partial)]), record("other", -1, ["secretId": "db2"]),
            record("elsewhere", -1, region: "eu-west-1"),
        ])
        #expect(Set(found.map(\.principal)) == ["name", "arn", "partial"])
    }

    @Test func rotatorsOldVersionsAndOldReadersAreLeftOut() {
        let found = readers([
            record("rotator", -5), record("rotator", -4, ["secretId": "db", "versionStage": "AWSPENDING"]),
            record("historian", -3, ["secretId": "db", "versionStage": "AWSPREVIOUS"]),
            record("exact", -3, ["secretId": "db", "versionId": "v"]), record("gone", -90_000),
            record("named", -3, ["secretId": "db", "versionStage": "AWSCURRENT"]),
        ])
        #expect(found.map(\.principal) == ["named"])
    }
}
