package dev.berth.cri.stats;

import dev.berth.cri.v1.CpuUsage;
import dev.berth.cri.v1.IoUsage;
import dev.berth.cri.v1.MemoryUsage;
import dev.berth.cri.v1.NetworkInterfaceUsage;
import dev.berth.cri.v1.NetworkUsage;
import dev.berth.cri.v1.ProcessUsage;
import dev.berth.cri.v1.PsiData;
import dev.berth.cri.v1.PsiStats;
import dev.berth.cri.v1.SwapUsage;
import dev.berth.cri.v1.UInt64Value;
import dev.berth.runtime.cgroup.CgroupStats;
import java.util.List;

/** Usage as CRI shows it. A field that the kernel has no number for is left out; a timestamp is always there. */
final class UsageView {
    private UsageView() {}

    static CpuUsage cpu(Gauge.Reading reading) {
        CgroupStats stats = reading.stats();
        CpuUsage.Builder usage = CpuUsage.newBuilder().setTimestamp(stats.timestamp());
        CgroupStats.Cpu cpu = stats.cpu();
        if (cpu != null) {
            usage.setUsageCoreNanoSeconds(value(cpu.usage()));
        }
        Long rate = reading.nanoCores();
        if (rate != null) {
            usage.setUsageNanoCores(value(rate));
        }
        CgroupStats.Pressure pressure = stats.pressures().cpu();
        if (pressure != null) {
            usage.setPsi(psi(pressure));
        }
        return usage.build();
    }

    static MemoryUsage memory(CgroupStats stats) {
        MemoryUsage.Builder usage = MemoryUsage.newBuilder().setTimestamp(stats.timestamp());
        CgroupStats.Memory memory = stats.memory();
        if (memory != null) {
            usage.setWorkingSetBytes(value(memory.workingSet()))
                    .setUsageBytes(value(memory.usage()))
                    .setRssBytes(value(memory.rss()))
                    .setPageFaults(value(memory.faults()))
                    .setMajorPageFaults(value(memory.majorFaults()));
            Long available = memory.available();
            if (available != null) {
                usage.setAvailableBytes(value(available));
            }
        }
        CgroupStats.Pressure pressure = stats.pressures().memory();
        if (pressure != null) {
            usage.setPsi(psi(pressure));
        }
        return usage.build();
    }

    static SwapUsage swap(CgroupStats.Swap swap, long timestamp) {
        SwapUsage.Builder usage = SwapUsage.newBuilder().setTimestamp(timestamp).setSwapUsageBytes(value(swap.usage()));
        Long available = swap.available();
        if (available != null) {
            usage.setSwapAvailableBytes(value(available));
        }
        return usage.build();
    }

    static IoUsage io(CgroupStats.Pressure pressure, long timestamp) {
        return IoUsage.newBuilder()
                .setTimestamp(timestamp)
                .setPsi(psi(pressure))
                .build();
    }

    static ProcessUsage processes(int count, long timestamp) {
        return ProcessUsage.newBuilder()
                .setTimestamp(timestamp)
                .setProcessCount(value(count))
                .build();
    }

    /** All devices; the first that leads out of the pod is the default one, and in the list too. */
    static NetworkUsage network(List<NetworkDevices.Device> devices, long timestamp) {
        NetworkUsage.Builder usage = NetworkUsage.newBuilder().setTimestamp(timestamp);
        for (NetworkDevices.Device device : devices) {
            NetworkInterfaceUsage one = NetworkInterfaceUsage.newBuilder()
                    .setName(device.name())
                    .setRxBytes(value(device.rxBytes()))
                    .setRxErrors(value(device.rxErrors()))
                    .setTxBytes(value(device.txBytes()))
                    .setTxErrors(value(device.txErrors()))
                    .build();
            if (!usage.hasDefaultInterface() && !device.loopback()) {
                usage.setDefaultInterface(one);
            }
            usage.addInterfaces(one);
        }
        return usage.build();
    }

    private static PsiStats psi(CgroupStats.Pressure pressure) {
        return PsiStats.newBuilder()
                .setSome(psi(pressure.some()))
                .setFull(psi(pressure.full()))
                .build();
    }

    private static PsiData psi(CgroupStats.Stall stall) {
        return PsiData.newBuilder()
                .setTotal(stall.total())
                .setAvg10(stall.average10())
                .setAvg60(stall.average60())
                .setAvg300(stall.average300())
                .build();
    }

    static UInt64Value value(long number) {
        return UInt64Value.newBuilder().setValue(number).build();
    }
}
