package dev.berth.cri.command;

import dev.berth.control.v1.ImportImageRequest;
import dev.berth.control.v1.ImportImageResponse;
import dev.berth.cri.demo.CriConnection;
import dev.berth.cri.v1.ListImagesRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The images of a Berth that serves, by way of its socket. */
final class ServerImages implements ImageTool {
    private final CriConnection connection;

    ServerImages(Path socket) {
        this.connection = new CriConnection(socket);
    }

    @Override
    public List<Entry> importFrom(Path source, Optional<String> name, Progress progress) throws IOException {
        ImportImageRequest request = ImportImageRequest.newBuilder()
                .setPath(source.toAbsolutePath().normalize().toString())
                .setName(name.orElse(""))
                .build();
        List<Entry> images = new ArrayList<>();
        try {
            Iterator<ImportImageResponse> responses = connection.control().importImage(request);
            while (responses.hasNext()) {
                ImportImageResponse response = responses.next();
                dev.berth.control.v1.Progress at = response.getProgress();
                if (response.hasProgress()) {
                    progress.at(at.getLayer(), at.getDone(), at.getTotal());
                }
                response.getImagesList()
                        .forEach(image -> images.add(new Entry(image.getId(), image.getTagsList(), image.getSize())));
            }
            return images;
        } catch (StatusRuntimeException refused) {
            throw new IOException(refused.getStatus().getDescription(), refused);
        }
    }

    @Override
    public List<Entry> list() {
        return connection.images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
                .map(image -> new Entry(image.getId(), image.getRepoTagsList(), image.getSize()))
                .toList();
    }

    @Override
    public void close() {
        connection.close();
    }
}
