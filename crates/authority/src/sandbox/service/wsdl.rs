//! The WSDL of the services, made from the same method table that the client uses.

use crate::soap::{Method, NAMESPACE};

/// The addresses of the services.
pub(super) const PATHS: [&str; 3] =
    ["/ISPWebService/upDownLoad", "/BeianStatusWebService/queryBeianStatus", "/BeianStatusWebService/verifyBamm"];

/// The WSDL 1.1 document of the service at `path`, which answers at `address`.
pub(super) fn document(path: &str, address: &str) -> String {
    let methods: Vec<Method> = Method::ALL.into_iter().filter(|method| method.path() == path).collect();
    let service = path.rsplit('/').next().unwrap_or_default();
    let each = |part: &dyn Fn(Method) -> String| methods.iter().map(|method| part(*method)).collect::<String>();
    let types = each(&|method| {
        let name = method.name();
        let parameters: String = std::iter::once(method.id_parameter())
            .chain(method.parameters().iter().copied())
            .map(|name| format!("<xs:element name=\"{name}\" type=\"xs:{}\" minOccurs=\"0\"/>", kind(name)))
            .collect();
        format!(
            "<xs:element name=\"{name}\"><xs:complexType><xs:sequence>{parameters}</xs:sequence></xs:complexType>\
             </xs:element><xs:element name=\"{name}Response\"><xs:complexType><xs:sequence>\
             <xs:element name=\"return\" type=\"xs:string\" minOccurs=\"0\"/></xs:sequence></xs:complexType></xs:element>"
        )
    });
    let messages = each(&|method| {
        let name = method.name();
        format!(
            "<wsdl:message name=\"{name}\"><wsdl:part name=\"parameters\" element=\"tns:{name}\"/></wsdl:message>\
             <wsdl:message name=\"{name}Response\"><wsdl:part name=\"parameters\" element=\"tns:{name}Response\"/>\
             </wsdl:message>"
        )
    });
    let operations = each(&|method| {
        let name = method.name();
        format!(
            "<wsdl:operation name=\"{name}\"><wsdl:input message=\"tns:{name}\"/>\
             <wsdl:output message=\"tns:{name}Response\"/></wsdl:operation>"
        )
    });
    let bindings = each(&|method| {
        format!(
            "<wsdl:operation name=\"{}\"><soap:operation soapAction=\"\" style=\"document\"/>\
             <wsdl:input><soap:body use=\"literal\"/></wsdl:input><wsdl:output><soap:body use=\"literal\"/>\
             </wsdl:output></wsdl:operation>",
            method.name()
        )
    });
    let address = crate::tree::escape(address);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <wsdl:definitions name=\"{service}\" targetNamespace=\"{NAMESPACE}\" xmlns:tns=\"{NAMESPACE}\" \
         xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
         xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><wsdl:types><xs:schema targetNamespace=\"{NAMESPACE}\" \
         elementFormDefault=\"unqualified\">{types}</xs:schema></wsdl:types>{messages}\
         <wsdl:portType name=\"{service}PortType\">{operations}</wsdl:portType>\
         <wsdl:binding name=\"{service}Binding\" type=\"tns:{service}PortType\">\
         <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>{bindings}</wsdl:binding>\
         <wsdl:service name=\"{service}\"><wsdl:port name=\"{service}Port\" binding=\"tns:{service}Binding\">\
         <soap:address location=\"{address}\"/></wsdl:port></wsdl:service></wsdl:definitions>"
    )
}

/// The schema type of a parameter.
fn kind(name: &str) -> &'static str {
    match name {
        "ispID" | "ispId" | "dataSequence" => "long",
        "encryptAlgorithm" | "hashAlgorithm" | "compressionFormat" | "queryConditionType" => "int",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Element;

    #[test]
    fn every_method_is_described_at_its_address_with_its_parameters() {
        let mut described = 0;
        for path in PATHS {
            let text = document(path, &format!("http://127.0.0.1:8601{path}"));
            let root = Element::parse(&text).unwrap();
            for method in Method::ALL.into_iter().filter(|method| method.path() == path) {
                described += 1;
                let schema = root.get("types").unwrap().get("schema").unwrap();
                let element =
                    schema.children.iter().find(|child| child.attribute_of("name") == Some(method.name())).unwrap();
                let sequence = element.get("complexType").unwrap().get("sequence").unwrap();
                assert_eq!(sequence.children.len(), method.parameters().len() + 1);
                assert_eq!(sequence.children[0].attribute_of("name"), Some(method.id_parameter()));
            }
            let port = root.get("service").unwrap().get("port").unwrap();
            assert!(port.get("address").unwrap().attribute_of("location").unwrap().ends_with(path));
        }
        assert_eq!(described, 6);
    }
}
