package dev.berth.cri;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Dependencies between modules and packages point downwards only. */
class DependencyTest {
    private static final String PROTO = "dev.berth.cri.v1..";
    private static final String STATE = "dev.berth.state..";
    private static final String RUNTIME = "dev.berth.runtime..";
    private static final String IMAGE = "dev.berth.image..";
    private static final String SERVER = "dev.berth.cri..";
    private static final String KERNEL = "dev.berth.runtime.kernel..";

    private static JavaClasses classes;

    /** Without the generated classes of the wire interface, which are most of all and stand on no module of ours. */
    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/v1/"))
                .importPackages("dev.berth");
        for (String one : List.of(
                "dev.berth.runtime.kernel.Kernel", "dev.berth.image.manifest.ImageConfig", "dev.berth.cri.pod.Pods")) {
            assertTrue(classes.contain(one), one + " was not read, so nothing here holds");
        }
    }

    @Test
    void modulesDependOnNothingBesidesWhatTheDesignGrantsThem() throws Exception {
        assertEquals(Set.of(), ours("proto"));
        assertEquals(Set.of(), ours("runtime"));
        assertEquals(Set.of("berth-runtime"), ours("image-service"));
        assertEquals(Set.of("berth-proto"), ours("cri-tests"));
        assertEquals(Set.of("berth-proto", "berth-runtime", "berth-image-service"), ours("cri-server"));
    }

    /** The modules of Berth that a module's pom names as dependencies. */
    private static Set<String> ours(String module) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("..", module, "pom.xml").toFile());
        NodeList dependencies = pom.getElementsByTagName("dependency");
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (text(dependency, "groupId").equals("dev.berth")) {
                names.add(text(dependency, "artifactId"));
            }
        }
        return names;
    }

    private static String text(Element parent, String tag) {
        return parent.getElementsByTagName(tag).item(0).getTextContent();
    }

    @Test
    void theRuntimeKnowsNothingOfCriAndImages() {
        noClasses()
                .that()
                .resideInAPackage(RUNTIME)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER, STATE, IMAGE, "io.grpc..", "com.google.protobuf..")
                .check(classes);
    }

    @Test
    void imagesKnowOnlyTheKernelOfTheRuntimeAndNothingOfCri() {
        noClasses()
                .that()
                .resideInAPackage(IMAGE)
                .should()
                .dependOnClassesThat(resideInAPackage(RUNTIME).and(resideOutsideOfPackages(KERNEL)))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER, STATE, "io.grpc..", "com.google.protobuf..")
                .check(classes);
    }

    @Test
    void onlyTheKernelPackageMakesNativeCalls() {
        noClasses()
                .that()
                .resideOutsideOfPackage(KERNEL)
                .and()
                .resideInAPackage("dev.berth..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "java.lang.foreign..", "com.kenai..")
                .check(classes);
    }

    @Test
    void theKernelPackageStandsOnNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage(KERNEL)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.berth..").and(resideOutsideOfPackages(KERNEL)))
                .check(classes);
    }

    @Test
    void packagesOfTheRuntimeAreFreeOfCycles() {
        slices().matching("dev.berth.runtime.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void packagesOfImagesAreFreeOfCycles() {
        slices().matching("dev.berth.image.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void verbsDoNotKnowHowTheyAreServed() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.berth.cri.pod..",
                        "dev.berth.cri.container..",
                        "dev.berth.cri.network..",
                        "dev.berth.cri.record..",
                        "dev.berth.cri.recovery..",
                        "dev.berth.cri.step..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.netty..", "dev.berth.cri.config..", "dev.berth.cri.assembly..")
                .check(classes);
    }

    /** The kernel alone is needed to move bytes, and the descriptors come over the seam of StreamTargets. */
    @Test
    void streamsKnowNeitherPodsNorContainers() {
        noClasses()
                .that()
                .resideInAPackage("dev.berth.cri.streaming..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.berth.cri.pod..",
                        "dev.berth.cri.container..",
                        "dev.berth.cri.config..",
                        "dev.berth.cri.assembly..",
                        "io.grpc..")
                .check(classes);
    }

    @Test
    void packagesOfStreamsAreFreeOfCycles() {
        slices().matching("dev.berth.cri.streaming.(*)..")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void onlyFailuresTheServerAndClientsSpeakOfGrpcCodes() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .and()
                .resideOutsideOfPackages(
                        PROTO,
                        "dev.berth.cri.failure..",
                        "dev.berth.cri.server..",
                        "dev.berth.cri.demo..",
                        "dev.berth.cri.command..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.grpc.Status")
                .check(classes);
    }
}
