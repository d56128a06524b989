internal import Bytes

extension KeyState {
    var isSymmetric: Bool { spec == .symmetric }
}
