package dev.berth.runtime.cgroup;

/**
 * A cgroup to make.
 *
 * @param parent path of the cgroup it goes below, from {@link CgroupPaths#parent}; made when it does not exist
 * @param name its name there
 */
public record CgroupSpec(String parent, String name, CgroupResources resources, DevicePolicy devices) {
    public CgroupSpec {
        CgroupPaths.name(name);
    }
}
