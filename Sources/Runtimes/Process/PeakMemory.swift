internal import Foundation

/// The memory of a process and its children, as the kernel counts it.
enum PeakMemory {
    /// The sum of what each had at most.
    static func bytes(of process: Int32) -> Int64 {
        var (sum, seen) = (Int64(0), 0)
        var waiting = [process]
        while let next = waiting.popLast(), seen < 64 {
            seen += 1
            sum += peak(next)
            let children = (try? String(contentsOfFile: "/proc/\(next)/task/\(next)/children", encoding: .utf8)) ?? ""
            waiting += children.split(separator: " ").compactMap { Int32($0) }
        }
        return sum
    }

    private static func peak(_ process: Int32) -> Int64 {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return 0 }
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }
        return (kilobytes ?? 0) * 1024
    }
}
