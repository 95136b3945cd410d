// Amazon SNS (API version 2010-03-31): the list of all 42 actions.
// What each checks and in which order: its run(), in src/sns/. Source of names, members and
// requiredness: the service model; of everything else: the SNS Developer Guide and API Reference,
// or as recorded from AWS.
#pragma once

#include "squire/sns/device_actions.hpp"
#include "squire/sns/topic_actions.hpp"

namespace squire::sns {

using Actions = service::ActionList<
    AddPermission, CheckIfPhoneNumberIsOptedOut, ConfirmSubscription, CreatePlatformApplication,
    CreatePlatformEndpoint, CreateSMSSandboxPhoneNumber, CreateTopic, DeleteEndpoint,
    DeletePlatformApplication, DeleteSMSSandboxPhoneNumber, DeleteTopic, GetDataProtectionPolicy,
    GetEndpointAttributes, GetPlatformApplicationAttributes, GetSMSAttributes,
    GetSMSSandboxAccountStatus, GetSubscriptionAttributes, GetTopicAttributes,
    ListEndpointsByPlatformApplication, ListOriginationNumbers, ListPhoneNumbersOptedOut,
    ListPlatformApplications, ListSMSSandboxPhoneNumbers, ListSubscriptions,
    ListSubscriptionsByTopic, ListTagsForResource, ListTopics, OptInPhoneNumber, Publish,
    PublishBatch, PutDataProtectionPolicy, RemovePermission, SetEndpointAttributes,
    SetPlatformApplicationAttributes, SetSMSAttributes, SetSubscriptionAttributes,
    SetTopicAttributes, Subscribe, TagResource, Unsubscribe, UntagResource,
    VerifySMSSandboxPhoneNumber>;

const service::Service& service();

}  // namespace squire::sns
