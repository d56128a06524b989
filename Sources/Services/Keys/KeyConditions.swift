internal import Bytes

extension KeyState {
    /// The `kms:` condition keys that tell of the key itself. `name` is in lower case.
    func conditionKey(_ name: Text) -> Text? {
        switch name {
        case "kms:keyspec", "kms:customermasterkeyspec": spec.rawValue
        case "kms:keyusage", "kms:customermasterkeyusage": usage.rawValue
        case "kms:keyorigin": origin.rawValue
        case "kms:multiregion": family == nil ? "false" : "true"
        case "kms:multiregionkeytype": family.map { _ in isPrimary ? "PRIMARY" : "REPLICA" }
        default: nil
        }
    }
}
