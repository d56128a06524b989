extension Catalog {
    /// Every operation that this program answers.
    package static let all = Catalog(secrets + keys + tokens + access + insight)

    private static let secrets: [Entry] = [
        Entry(repeating: Secrets.GetSecretValue.self),
        Entry(reading: Secrets.DescribeSecret.self),
        Entry(writing: Secrets.BatchGetSecretValue.self),
        Entry(writing: Secrets.CreateSecret.self),
        Entry(writing: Secrets.PutSecretValue.self),
        Entry(writing: Secrets.UpdateSecret.self),
        Entry(writing: Secrets.UpdateSecretVersionStage.self),
        Entry(writing: Secrets.DeleteSecret.self),
        Entry(writing: Secrets.RestoreSecret.self),
        Entry(writing: Secrets.ListSecrets.self),
        Entry(writing: Secrets.ListSecretVersionIds.self),
        Entry(writing: Secrets.TagResource.self),
        Entry(writing: Secrets.UntagResource.self),
        Entry(reading: Secrets.GetRandomPassword.self),
        Entry(writing: Secrets.PutResourcePolicy.self),
        Entry(reading: Secrets.GetResourcePolicy.self),
        Entry(writing: Secrets.DeleteResourcePolicy.self),
        Entry(reading: Secrets.ListResourcePolicies.self),
        Entry(reading: Secrets.ValidateResourcePolicy.self),
    ]

    private static let keys: [Entry] = [
        Entry(writing: Keys.CreateKey.self),
        Entry(reading: Keys.DescribeKey.self),
        Entry(writing: Keys.ListKeys.self),
        Entry(writing: Keys.EnableKey.self),
        Entry(writing: Keys.DisableKey.self),
        Entry(writing: Keys.ScheduleKeyDeletion.self),
        Entry(writing: Keys.CancelKeyDeletion.self),
        Entry(writing: Keys.CreateAlias.self),
        Entry(writing: Keys.UpdateAlias.self),
        Entry(writing: Keys.DeleteAlias.self),
        Entry(writing: Keys.ListAliases.self),
        Entry(reading: Keys.Encrypt.self),
        Entry(reading: Keys.Decrypt.self),
        Entry(reading: Keys.ReEncrypt.self),
        Entry(reading: Keys.GenerateDataKey.self),
        Entry(reading: Keys.GenerateDataKeyWithoutPlaintext.self),
        Entry(reading: Keys.GenerateDataKeyPair.self),
        Entry(reading: Keys.GenerateDataKeyPairWithoutPlaintext.self),
        Entry(reading: Keys.GenerateRandom.self),
        Entry(reading: Keys.Sign.self),
        Entry(reading: Keys.Verify.self),
        Entry(reading: Keys.GetPublicKey.self),
        Entry(reading: Keys.GenerateMac.self),
        Entry(reading: Keys.VerifyMac.self),
        Entry(reading: Keys.DeriveSharedSecret.self),
        Entry(reading: Keys.GetParametersForImport.self),
        Entry(writing: Keys.ImportKeyMaterial.self),
        Entry(writing: Keys.DeleteImportedKeyMaterial.self),
        Entry(writing: Keys.ReplicateKey.self),
        Entry(writing: Keys.UpdatePrimaryRegion.self),
        Entry(reading: Keys.GetKeyPolicy.self),
        Entry(writing: Keys.PutKeyPolicy.self),
        Entry(reading: Keys.ListResourceTags.self),
        Entry(reading: Keys.GetKeyRotationStatus.self),
    ]

    private static let access: [Entry] = [
        Entry(writing: Access.CreateUser.self),
        Entry(writing: Access.GetUser.self),
        Entry(writing: Access.ListUsers.self),
        Entry(writing: Access.DeleteUser.self),
        Entry(writing: Access.CreateAccessKey.self),
    ]

    private static let insight: [Entry] = [
        Entry(reading: Insight.Explain.self),
        Entry(writing: Insight.WhoCan.self),
    ]

    private static let tokens: [Entry] = [
        Entry(reading: Tokens.GetCallerIdentity.self),
        Entry(reading: Tokens.AssumeRole.self),
        Entry(reading: Tokens.GetSessionToken.self),
        Entry(reading: Tokens.GetFederationToken.self),
        Entry(reading: Tokens.GetAccessKeyInfo.self),
    ]
}
