//! The list of a file's operations, written once: to serve them, and to describe them in the document.

/// Makes `routes` and `described` of a list of operations, or of the lists of other files (`in store, in retrieve`),
/// which
/// may share the beginning of their paths (`in retrieve under "/{namespace}/retrieve"`).
///
/// They are apart because a description costs memory and time that only the document needs, not every worker. A shared
/// beginning is matched once instead of once for each operation.
macro_rules! operations {
    ($($operation:ident),+ $(,)?) => {
        pub(in crate::api) fn routes(config: &mut actix_web::web::ServiceConfig) {
            config$(.service($operation))+;
        }

        pub(in crate::api) fn described(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
            config$(.service($operation))+;
        }
    };
    ($(in $file:ident $(under $beginning:literal)?),+ $(,)?) => {
        pub(in crate::api) fn routes(config: &mut actix_web::web::ServiceConfig) {
            $(operations!(@add config, actix_web::web::scope, $file::routes $(, $beginning)?);)+
        }

        pub(in crate::api) fn described(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
            $(operations!(@add config, utoipa_actix_web::scope, $file::described $(, $beginning)?);)+
        }
    };
    (@add $config:ident, $scope:path, $list:path) => { $config.configure($list) };
    (@add $config:ident, $scope:path, $list:path, $beginning:literal) => {
        $config.service($scope($beginning).configure($list))
    };
}

pub(super) use operations;
