package dev.berth.image.pull;

import dev.berth.image.manifest.Platform;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Credentials;
import dev.berth.image.registry.Registries;
import dev.berth.image.store.Image;
import dev.berth.image.store.ImageStore;
import org.jspecify.annotations.Nullable;

/** Pulls images from registries into the store. */
public final class Puller implements AutoCloseable {
    /** Pulls with other credentials are other pulls: nobody gets an image through somebody else's login. */
    private record Key(String reference, @Nullable Credentials credentials) {
        @Override
        public String toString() {
            return reference;
        }
    }

    private final Registries registries;
    private final ImageStore store;
    private final Installer installer;
    private final Platform platform;
    private final SharedPulls<Key> pulls = new SharedPulls<>();

    public Puller(Registries registries, ImageStore store, Installer installer, Platform platform) {
        this.registries = registries;
        this.store = store;
        this.installer = installer;
        this.platform = platform;
    }

    /** Pulls what a reference means now; joins the same pull when it is under way. An interrupt ends the wait with CANCELLED. */
    public Image pull(Reference reference, @Nullable Credentials credentials, PullProgress progress) {
        Key key = new Key(reference.toString(), credentials);
        return pulls.run(key, progress, all -> pullNow(reference, credentials, all));
    }

    private Image pullNow(Reference reference, @Nullable Credentials credentials, PullProgress progress) {
        RegistryPlan plan = RegistryPlan.of(reference, registries.repository(reference, credentials), platform);
        Image known = store.addNames(plan.imageId(), plan.names());
        return known != null ? known : installer.install(plan.complete(), progress);
    }

    @Override
    public void close() {
        pulls.close();
    }
}
