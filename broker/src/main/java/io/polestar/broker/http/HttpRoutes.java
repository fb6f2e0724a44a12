package io.polestar.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one HTTP connection, in order. Its event loop's. */
final class HttpRoutes extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger log = LoggerFactory.getLogger(HttpRoutes.class);
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final int MAX_PIPELINED = 16;

    private final Readiness readiness;
    private final Supplier<? extends CompletionStage<String>> metrics;
    private final JsonPages pages;
    private CompletionStage<Void> previous = completedFuture(null);
    private int pending;

    HttpRoutes(Readiness readiness, Supplier<? extends CompletionStage<String>> metrics, JsonPages pages) {
        this.readiness = readiness;
        this.metrics = metrics;
        this.pages = pages;
    }

    private record Answer(HttpResponseStatus status, String type, String body) {}

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (++pending > MAX_PIPELINED) {
            ctx.close();
            return;
        }
        boolean malformed = request.decoderResult().isFailure();
        boolean bodiless = request.method().equals(HttpMethod.HEAD);
        CompletionStage<Answer> answer = route(request, malformed).exceptionally(HttpRoutes::failed);
        previous = previous.thenCombineAsync(
                answer,
                (done, now) -> {
                    pending--;
                    respond(ctx, now, bodiless, malformed);
                    return null;
                },
                ctx.executor());
    }

    private CompletionStage<Answer> route(FullHttpRequest request, boolean malformed) {
        if (malformed) {
            return completedFuture(problem(HttpResponseStatus.BAD_REQUEST));
        }
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        String path = uri.path();
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.POST) || method.equals(HttpMethod.DELETE)) {
            Optional<CompletionStage<Answer>> change = change(request, path);
            if (change.isPresent()) {
                return change.get();
            }
        }
        Supplier<CompletionStage<Answer>> page = switch (path) {
            case "/livez" -> () -> completedFuture(ok());
            case "/readyz" -> () -> completedFuture(ready());
            case "/metrics" ->
                () -> metrics.get().thenApply(text -> new Answer(HttpResponseStatus.OK, PROMETHEUS, text));
            default -> page(path, uri);
        };
        if (page == null) {
            return completedFuture(problem(HttpResponseStatus.NOT_FOUND));
        }
        boolean read =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return read ? page.get() : completedFuture(problem(HttpResponseStatus.METHOD_NOT_ALLOWED));
    }

    private Supplier<CompletionStage<Answer>> page(String path, QueryStringDecoder uri) {
        try {
            return pages.find(path, uri.parameters()).map(HttpRoutes::json).orElse(null);
        } catch (IllegalArgumentException e) {
            return () -> completedFuture(problem(HttpResponseStatus.BAD_REQUEST));
        }
    }

    /** Another site's page in a browser on this machine can send neither JSON nor a DELETE without asking first. */
    private Optional<CompletionStage<Answer>> change(FullHttpRequest request, String path) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        if (request.method().equals(HttpMethod.POST) && !type.startsWith(JSON)) {
            return pages.find(path, Map.of())
                    .map(page -> completedFuture(problem(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE)));
        }
        String body = request.content().toString(UTF_8);
        return pages.change(request.method().name(), path, body)
                .map(outcome -> outcome.thenApply(each ->
                        new Answer(HttpResponseStatus.valueOf(each.status()), JSON, JsonPages.text(each.content()))));
    }

    private static Supplier<CompletionStage<Answer>> json(String text) {
        return () -> completedFuture(new Answer(HttpResponseStatus.OK, JSON, text));
    }

    private static Answer ok() {
        return new Answer(HttpResponseStatus.OK, JSON, "{\"status\":\"alive\"}\n");
    }

    private Answer ready() {
        List<String> waitingFor = readiness.waitingFor();
        if (waitingFor.isEmpty()) {
            return new Answer(HttpResponseStatus.OK, JSON, "{\"status\":\"ready\"}\n");
        }
        String stages = waitingFor.stream().map(stage -> '"' + stage + '"').collect(Collectors.joining(","));
        return new Answer(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                JSON,
                "{\"status\":\"waiting\",\"waitingFor\":[" + stages + "]}\n");
    }

    private static Answer problem(HttpResponseStatus status) {
        return new Answer(status, JSON, "{\"error\":\"" + status.reasonPhrase() + "\"}\n");
    }

    private static Answer failed(Throwable failure) {
        log.error("An HTTP request failed", failure);
        return problem(HttpResponseStatus.INTERNAL_SERVER_ERROR);
    }

    private static void respond(ChannelHandlerContext ctx, Answer answer, boolean bodiless, boolean thenClose) {
        byte[] body = answer.body().getBytes(UTF_8);
        ByteBuf content = bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), content);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (answer.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (thenClose) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.debug("An HTTP connection is closed", cause);
        }
        ctx.close();
    }
}
