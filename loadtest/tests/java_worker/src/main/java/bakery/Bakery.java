package bakery;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.net.httpserver.HttpServer;
import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The bakery of worker/examples/bakery, in Java. */
public final class Bakery {
    private Bakery() {}

    /** What a client asks for. */
    public record BreadOrder(int loaves, @JsonProperty("oven_seconds") double ovenSeconds) {}

    /** Bakes one loaf after the other. */
    @WorkflowInterface
    public interface BakeWorkflow {
        @WorkflowMethod
        List<String> run(BreadOrder order);
    }

    /** Bakes one loaf. */
    @ActivityInterface
    public interface Oven {
        String bake(double ovenSeconds);
    }

    public static final class BakeWorkflowImpl implements BakeWorkflow {
        private final Oven oven = Workflow.newActivityStub(
            Oven.class, ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build());

        @Override
        public List<String> run(BreadOrder order) {
            List<String> loaves = new ArrayList<>();
            while (loaves.size() < order.loaves()) {
                loaves.add(oven.bake(order.ovenSeconds()));
            }
            return loaves;
        }
    }

    public static final class OvenImpl implements Oven {
        @Override
        public String bake(double ovenSeconds) {
            try {
                Thread.sleep(Math.round(1000 * ovenSeconds));
            } catch (InterruptedException error) {
                throw Activity.wrap(error);
            }
            return "loaf";
        }
    }

    /** Serves the registry's page at METRICS_PORT. */
    private static void serve(PrometheusMeterRegistry registry) throws IOException {
        int port = Integer.parseInt(System.getenv("METRICS_PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/metrics", exchange -> {
            byte[] page = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
    }

    public static void main(String[] arguments) throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        serve(registry);
        ClientConfigProfile profile = ClientConfigProfile.load();
        Scope scope = new RootScopeBuilder().reporter(new MicrometerClientStatsReporter(registry))
            .reportEvery(com.uber.m3.util.Duration.ofMillis(100)); // so old are the counts on the page
        WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions()).setMetricsScope(scope).build());
        WorkflowClient client = WorkflowClient.newInstance(service, profile.toWorkflowClientOptions().toBuilder()
            .setWorkerHeartbeatInterval(Duration.ofSeconds(5)).build());
        WorkerFactory factory = WorkerFactory.newInstance(client);
        Worker worker = factory.newWorker(System.getenv("TEMPORAL_TASK_QUEUE"));
        worker.registerWorkflowImplementationTypes(BakeWorkflowImpl.class);
        worker.registerActivitiesImplementations(new OvenImpl());
        factory.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { // runs on SIGTERM
            factory.shutdown();
            factory.awaitTermination(20, TimeUnit.SECONDS);
        }));
    }
}
