package io.polestar.ops;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.polestar.ops.cli.Main;
import io.polestar.ops.example.ChildBroker;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may import what: {@link Part} for our own packages, {@link KafkaInternals} for Kafka's. */
final class ArchitectureTest {
    /** They put everything together, or run the whole, so they stand above the packages they are in. */
    private static final Set<String> COMPOSITION_ROOTS = Set.of(
            "io.polestar.broker.Broker",
            "io.polestar.broker.AdvertisedListeners",
            "io.polestar.ops.cli.Main",
            "io.polestar.ops.cli.StartTraining",
            "io.polestar.ops.cli.Verbs");

    private static JavaClasses ours;

    @BeforeAll
    static void readClasses() {
        ours = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("io.polestar");
    }

    private static DescribedPredicate<JavaClass> classesOf(Part part) {
        return describe("of " + part, type -> Part.of(type).filter(part::equals).isPresent());
    }

    @ParameterizedTest
    @FieldSource("io.polestar.ops.Part#ALL")
    void shouldImportOnlyThePartsItMay(Part part) {
        noClasses()
                .that(classesOf(part))
                .should()
                .dependOnClassesThat(describe(
                        "belong to a part that " + part + " may not import",
                        type -> Part.of(type)
                                .filter(other -> !part.mayImport(other))
                                .isPresent()))
                .allowEmptyShould(true)
                .check(ours);
    }

    @ParameterizedTest
    @FieldSource("io.polestar.ops.Part#ALL")
    void shouldUseOnlyThoseOfKafkasInternalsItMay(Part part) {
        noClasses()
                .that(classesOf(part))
                .should()
                .dependOnClassesThat(describe(
                        "are internals of Kafka that " + part + " may not use",
                        type -> !KafkaInternals.mayUse(part, type.getName())))
                .allowEmptyShould(true)
                .check(ours);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().assignedFrom(new PackagesBelowTheirCompositionRoots())
                .should()
                .beFreeOfCycles()
                // It names the program that it starts in a process of its own.
                .ignoreDependency(ChildBroker.class, Main.class)
                .check(ours);
    }

    @Test
    void shouldUseNettyOnlyWhereSocketsAre() {
        noClasses()
                .that(resideOutsideOfPackages(
                        "io.polestar.protocol..", "io.polestar.broker.net..", "io.polestar.broker.http.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.netty.."))
                .check(ours);
    }

    @Test
    void shouldUseChronicleOnlyInItsEngine() {
        noClasses()
                .that(resideOutsideOfPackages("io.polestar.storage.chronicle.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("net.openhft.."))
                .check(ours);
    }

    @Test
    void shouldWriteToTheConsoleOnlyFromTheCommandLine() {
        noClasses()
                .that(resideOutsideOfPackages("io.polestar.ops.cli..", "io.polestar.ops.example.."))
                .should(ACCESS_STANDARD_STREAMS)
                .check(ours);
    }

    @Test
    void shouldLogThroughSlf4jAlone() {
        noClasses().should(USE_JAVA_UTIL_LOGGING).check(ours);
        noClasses()
                .that(resideOutsideOfPackages("io.polestar.broker.config..", "io.polestar.ops.logging.."))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("ch.qos.logback..", "org.apache.log4j..", "org.apache.logging.."))
                .because("only the levels that a client changes, and the lines' format, are the logger's own")
                .check(ours);
    }

    @Test
    void shouldNameEveryPartOnceInTheTables() {
        List<String> names = Part.ALL.stream().map(Part::name).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
        Set<String> unknown = KafkaInternals.ALL.stream()
                .map(KafkaInternals::part)
                .filter(name -> !names.contains(name))
                .collect(Collectors.toSet());
        assertEquals(Set.of(), unknown);
    }

    /** A package is a slice, but for what puts packages together, and for the settings, which everything reads. */
    private static final class PackagesBelowTheirCompositionRoots implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            if (Part.of(type).isEmpty()) {
                return SliceIdentifier.ignore();
            }
            String outermost = type.getName().replaceFirst("\\$.*", "");
            if (COMPOSITION_ROOTS.contains(outermost)) {
                return SliceIdentifier.of(outermost);
            }
            return SliceIdentifier.of(
                    Part.of(type).get().name().equals(Part.SETTINGS) ? Part.SETTINGS : type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
