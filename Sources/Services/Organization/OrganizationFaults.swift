internal import Bytes
internal import Wire

extension Fault {
    private static func reasoned(_ code: Text, _ reason: Text, _ text: Text) -> Fault {
        var fault = Fault(code, text)
        fault.reason = reason
        return fault
    }

    static func invalidInput(_ reason: Text, _ text: Text) -> Fault { reasoned("InvalidInputException", reason, text) }
    static func constraint(_ reason: Text, _ text: Text) -> Fault {
        reasoned("ConstraintViolationException", reason, text)
    }

    static let badPattern = invalidInput(
        "INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    static let notInOrganization = Fault(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    static let notManagement = Fault(
        "AccessDeniedException", "You don't have permissions to access this resource.")
    static let alreadyInOrganization = Fault(
        "AlreadyInOrganizationException", "The provided account is already a member of an organization.")
    static let concurrentChange = Fault(
        "ConcurrentModificationException",
        "The request failed because another change to the organization was made at the same time. Try again.")
    static let noAccount = Fault("AccountNotFoundException", "You specified an account that doesn't exist.")
    static let noParent = Fault("ParentNotFoundException", "You specified parent that doesn't exist.")
    static let noChild = Fault("ChildNotFoundException", "You specified a child that doesn't exist.")
    static let noTarget = Fault("TargetNotFoundException", "You specified a target that doesn't exist.")
    static let noRoot = Fault("RootNotFoundException", "You specified a root that doesn't exist.")
    static let noUnit = Fault(
        "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
    static let noPolicy = Fault("PolicyNotFoundException", "You specified a policy that doesn't exist.")
    static let sameUnitName = Fault(
        "DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
    static let samePolicyName = Fault("DuplicatePolicyException", "A policy with the same name already exists.")
    static let unavailableType = Fault(
        "PolicyTypeNotAvailableForOrganizationException",
        "You can't use the specified policy type with the features currently enabled for this organization: service and resource control policies are supported here."
    )
    static let immutablePolicy = invalidInput(
        "IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.")
}
