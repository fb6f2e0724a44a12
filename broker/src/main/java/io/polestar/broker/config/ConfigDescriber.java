package io.polestar.broker.config;

import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;

/** Describes the configs of one kind of resource. Safe for use from any thread. */
interface ConfigDescriber {

    /**
     * The resource's configs; only those asked for, where names were given.
     *
     * @throws ApiException if there is no such resource here
     */
    List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail);

    /** What clients asked for besides names and values. */
    record Detail(boolean synonyms, boolean documentation) {}
}
